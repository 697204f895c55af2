import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { startSandbox } from '@vectrade/sandbox'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { describe, expect, onTestFinished, test } from 'vitest'
import { access, home, runDeno } from '../test-support/deno.ts'
import { startJsrRegistry } from '../test-support/jsr-registry.ts'
import { version } from '../index.ts'

const run = promisify(execFile)

describe('the published package', { timeout: 600_000 }, () => {
  test('passes a dry run on JSR', async () => {
    const output = await publishJsr(['--dry-run'])
    expect(output).toContain('Checking for slow types')
    expect(output).toContain(`Simulating publish of @vectrade/core@${version} `)
    expect(output).toContain(`Simulating publish of @vectrade/deno@${version} `)
    expect(output).toContain('Dry run complete')
  })

  test('works from JSR, and contains only sources', async () => {
    await using registry = await startJsrRegistry()
    const page = 'https://github.com/example/sdk'
    const flags = ['--page', page, '--token', 'test']
    const output = await publishJsr(flags, { JSR_URL: registry.url })
    expect(output).toContain(`Successfully published @vectrade/deno@${version}`)
    expect(globSync('{LICENSE,**/*.*}', { cwd: registry.folder('deno') }).toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'deno.json',
      'src/client.ts',
      'src/index.ts',
      'src/permission.ts',
      'src/serve.ts',
    ])
    const readme = await readFile(join(registry.folder('deno'), 'README.md'), 'utf8')
    expect(readme).toContain(`[Deno page](${page}/blob/HEAD/docs/deno.md)`)
    const unwanted = globSync('**/{*.test*,fixtures,test-support}', {
      cwd: registry.folder('core'),
    })
    expect(unwanted).toEqual([])
    // JSR does not allow these references, but does not yet detect those with `preserve`.
    const client = await readFile(join(registry.folder('core'), 'src/client.ts'), 'utf8')
    expect(client).not.toContain('<reference')

    // A run that stopped halfway can be repeated.
    const again = await publishJsr(flags, { JSR_URL: registry.url })
    expect(again).toContain(`already published @vectrade/core@${version}`)
    expect(again).toContain(`already published @vectrade/deno@${version}`)

    const folder = await temporaryFolder()
    // Uses its own cache, so that nothing from this registry stays in the user's.
    const cache = { DENO_DIR: join(folder, '.cache') }
    await expectProgramsRun(folder, 'jsr:@vectrade/deno', { JSR_URL: registry.url, ...cache })
  })

  test('works from npm', async () => {
    // Builds copies, so that no package's `dist` changes.
    const folder = await temporaryFolder()
    await cp(join(home, '../../.config'), join(folder, '.config'), { recursive: true })
    await symlink(join(home, '../../node_modules'), join(folder, 'node_modules'))
    const parser = await readManifest(join(home, '../core/node_modules/eventsource-parser'))
    const core = await build(folder, 'core', { 'eventsource-parser': `^${parser.version}` })
    const deno = await build(folder, 'deno', { '@vectrade/core': version })

    const project = await temporaryFolder()
    await writeFile(join(project, 'package.json'), '{ "private": true }')
    // These flags make npm pack the packages first, so that it installs only the published files.
    const flags = ['--install-links', '--no-audit', '--no-fund']
    await run('npm', ['install', ...flags, core, deno], { cwd: project })
    await expectProgramsRun(project, 'npm:@vectrade/deno')
  })
})

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vectrade-deno-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** Publishes on JSR, as a maintainer does. Returns the output. */
async function publishJsr(
  flags: string[],
  variables: Record<string, string> = {},
): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', ...variables }
  const args = ['publish-jsr.ts', ...flags]
  const { stdout, stderr } = await run(process.execPath, args, { cwd: home, env })
  return stdout + stderr
}

/** Checks and runs the programs in `test` with the published package. */
async function expectProgramsRun(
  folder: string,
  specifier: string,
  variables: Record<string, string> = {},
): Promise<void> {
  await using sandbox = await startSandbox()
  const programs = ['ask.ts', 'endpoint.ts']
  for (const program of programs) {
    const source = await readFile(join(home, 'test', program), 'utf8')
    await writeFile(join(folder, program), source.replace('../src/index.ts', specifier))
  }
  const options = { cwd: folder, env: { ...access(sandbox), ...variables } }
  const checked = await runDeno(['check', ...programs], options)
  expect(checked.code, checked.stderr).toBe(0)
  const allowed = ['--allow-env=VECTRADE_API_KEY,VECTRADE_BASE_URL', '--allow-net=127.0.0.1']
  const { code, stdout, stderr } = await runDeno(['run', ...allowed, 'ask.ts'], options)
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^## The bull case: NVDA\n/)
  expect(lastRequest(sandbox).headers['user-agent']).toBe(`vectrade-deno/${version}`)
}

/** Builds a copy of a package. Returns the folder, which npm can install. */
async function build(
  folder: string,
  name: string,
  dependencies: Record<string, string>,
): Promise<string> {
  const from = join(home, '..', name)
  const to = join(folder, 'packages', name)
  for (const part of ['src', 'tsconfig.json', 'tsconfig.build.json', 'tsup.config.ts']) {
    await cp(join(from, part), join(to, part), { recursive: true })
  }
  // The links between packages lead to the copies.
  await cp(join(from, 'node_modules'), join(to, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !basename(path).startsWith('.'),
  })
  const manifest = { ...(await readManifest(from)), dependencies, devDependencies: {} }
  await writeFile(join(to, 'package.json'), JSON.stringify(manifest))
  const bin = join(from, 'node_modules/.bin')
  await run(join(bin, 'tsup'), [], { cwd: to })
  await run(join(bin, 'tsc'), ['-p', 'tsconfig.build.json'], { cwd: to })
  return to
}

async function readManifest(folder: string): Promise<{ version: string }> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}
