import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { type Outcome, run } from '../release/run.ts'
import { tmp } from './install-packages.ts'

export type { Outcome }

const home = join(import.meta.dirname, '..')

export type Env = Record<string, string>

/** A program that runs until it is disposed of. */
export type Running = AsyncDisposable

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
    return this.run(process.execPath, [installed(module), ...args], env)
  }

  run(command: string, args: readonly string[], env: Env = {}): Promise<Outcome> {
    return run(command, args, { cwd: this.folder, env: { ...environment(), ...env } })
  }

  /** Starts a program that listens on a port, and waits until it does. */
  async serve(file: string, args: readonly string[], port: number, env: Env): Promise<Running> {
    const child = spawn(process.execPath, [file, ...args], {
      cwd: this.folder,
      env: { ...environment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, which is ended as a whole.
      detached: true,
    })
    const gone = once(child, 'close')
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}:\n${output}`)
      await delay(50)
    }
    return {
      async [Symbol.asyncDispose]() {
        if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        await gone
      },
    }
  }
}

/** The path of something in `e2e/node_modules`. */
export function installed(module: string): string {
  return join(home, 'node_modules', module)
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, 'localhost')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** The environment of a user who has set nothing up. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1', CI: 'true' }
}
