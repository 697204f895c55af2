import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findProgram } from './find-program.ts'
import { delay } from './delay.ts'

const program = {
  title: 'The tool',
  variable: 'VECTRADE_TOOL',
  commands: ['tool', 'tool-esr'],
  debianPackage: 'tool-package',
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vectrade-find-program-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Creates a program in a folder of the test. */
function make(where: string, name: string, script = ''): string {
  const file = join(folder, where, name)
  mkdirSync(join(folder, where), { recursive: true })
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return file
}

function find(variables: Record<string, string>, isRoot = true): Promise<string> {
  return findProgram(program, { variables, isRoot })
}

describe('finds', () => {
  test('the program that the variable names, first', async () => {
    const named = make('elsewhere', 'mine')
    make('bin', 'tool')
    expect(await find({ VECTRADE_TOOL: named, PATH: join(folder, 'bin') })).toBe(named)
  })

  test('the first of its names on the PATH', async () => {
    const esr = make('bin', 'tool-esr')
    const PATH = `${join(folder, 'bin')}::${join(folder, 'more')}`
    expect(await find({ VECTRADE_TOOL: '', PATH })).toBe(esr)
    const tool = make('more', 'tool')
    expect(await find({ PATH })).toBe(tool)
  })

  test("a package's own, if it exists, after those on the PATH", async () => {
    const own = make('package', 'brought')
    const withOwn = (PATH: string): Promise<string> =>
      findProgram(
        { ...program, own: [join(folder, 'none'), own] },
        { variables: { PATH }, isRoot: true },
      )
    expect(await withOwn('')).toBe(own)
    const installed = make('bin', 'tool')
    expect(await withOwn(join(folder, 'bin'))).toBe(installed)
  })

  test('neither a folder nor a file that is not executable', async () => {
    mkdirSync(join(folder, 'bin', 'tool'), { recursive: true })
    writeFileSync(join(folder, 'bin', 'tool-esr'), '')
    await expect(find({ PATH: join(folder, 'bin') })).rejects.toThrow('The tool was not found')
  })
})

describe('installs a missing program', () => {
  const aptGet = 'echo "$DEBIAN_FRONTEND $*" >> "$LOG"'

  /** Returns a PATH with the programs that installing needs, and an apt-get that logs its
   * arguments. */
  function machine(then: string): { PATH: string; LOG: string } {
    const PATH = join(folder, 'bin')
    make('bin', 'apt-get', `${aptGet}\n${then}`)
    for (const name of ['sh', 'env', 'flock']) symlinkSync(`/usr/bin/${name}`, join(PATH, name))
    return { PATH, LOG: join(folder, 'log') }
  }

  /** A script that puts the tool on the PATH. */
  const installing = `case "$*" in *install*) /bin/cp "$0" "$PATH/tool-esr" ;; esac`

  const told = [
    'noninteractive update',
    'noninteractive -o DPkg::Lock::Timeout=600 install -y --no-install-recommends tool-package',
    '',
  ].join('\n')

  test('as root', async () => {
    const variables = machine(installing)
    expect(await find(variables)).toBe(join(variables.PATH, 'tool-esr'))
    expect(readFileSync(variables.LOG, 'utf8')).toBe(told)
  })

  test('with sudo, which must not ask for a password', async () => {
    const variables = machine(installing)
    make('bin', 'sudo', 'printf "%s\\n" "$1" >> "$LOG"; shift; exec "$@"')
    expect(await find(variables, false)).toBe(join(variables.PATH, 'tool-esr'))
    expect(readFileSync(variables.LOG, 'utf8')).toBe(`-n\n${told}`)
  })
})

test('waits while another test is installing', async () => {
  const tool = make('bin', 'tool')
  symlinkSync('/usr/bin/flock', join(folder, 'bin', 'flock'))
  const other = spawn('/usr/bin/flock', ['/etc/apt', 'sh', '-c', 'echo locked; cat'])
  await once(other.stdout, 'data')
  let found: string | undefined
  const finding = find({ PATH: join(folder, 'bin') }).then((file) => {
    found = file
  })
  await delay(200)
  expect(found).toBeUndefined()
  other.stdin.end()
  await finding
  expect(found).toBe(tool)
})

describe('fails and says what to do', () => {
  const advice = 'Install it (Debian: tool-package) or set VECTRADE_TOOL to its file.'

  test.for(['/nowhere/tool', '/tmp'])('if the variable names %s', async (file) => {
    make('bin', 'tool')
    await expect(find({ VECTRADE_TOOL: file, PATH: join(folder, 'bin') })).rejects.toThrow(
      `VECTRADE_TOOL is set to ${file}, which is not a program`,
    )
  })

  test('without apt-get', async () => {
    await expect(find({ PATH: join(folder, 'bin') })).rejects.toThrow(
      `The tool was not found. ${advice} There is no apt-get to install it with.`,
    )
  })

  test('without sudo', async () => {
    make('bin', 'apt-get')
    await expect(find({ PATH: join(folder, 'bin') }, false)).rejects.toThrow(
      `${advice} apt-get failed: spawn sudo ENOENT`,
    )
  })

  test('if apt-get fails, with the error of apt-get', async () => {
    make('bin', 'apt-get', 'echo "E: Unable to locate package" >&2; exit 100')
    const PATH = `${join(folder, 'bin')}:/usr/bin:/bin`
    await expect(find({ PATH })).rejects.toThrow(
      `${advice} apt-get failed: E: Unable to locate package`,
    )
  })
})
