import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { tmp } from './install-packages.ts'

const home = fileURLToPath(new URL('..', import.meta.url))

/** How a program ended, and all it wrote. */
export interface Outcome {
  code: number | null
  output: string
}

/** A user's project: it has the packages as they are published, and no key in its environment. */
export class UserProject {
  readonly folder: string

  /**
   * @param name of its folder: one for each test that runs at the same time
   * @param fixture a folder of `fixtures` that it starts as
   */
  constructor(name: string, fixture?: string) {
    this.folder = join(tmp, name)
    rmSync(this.folder, { recursive: true, force: true })
    mkdirSync(this.folder, { recursive: true })
    if (fixture !== undefined) {
      cpSync(join(home, 'fixtures', fixture), this.folder, { recursive: true })
    }
  }

  /** @returns the file's path */
  write(name: string, content: string | object): string {
    const file = join(this.folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
    return file
  }

  /** Runs a program of `e2e/node_modules` by its file, with the Node that runs the tests. */
  runModule(module: string, args: readonly string[] = [], env: Env = {}): Promise<Outcome> {
    return this.run(process.execPath, [join(home, 'node_modules', module), ...args], env)
  }

  run(command: string, args: readonly string[], env: Env = {}): Promise<Outcome> {
    const child = spawn(command, args, {
      cwd: this.folder,
      env: { ...environment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, output: stripVTControlCharacters(output) }))
    })
  }
}

export type Env = Record<string, string>

/** The environment of a user who has set nothing up. */
export function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1', CI: 'true' }
}
