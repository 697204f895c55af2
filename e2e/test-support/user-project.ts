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

/** A program that runs until it is disposed. */
export type Running = AsyncDisposable

/** A project of a user, with the packages as published and without a key in its environment. */
export class UserProject {
  readonly folder: string

  /**
   * @param name the name of its folder; tests that run at the same time need different names
   * @param fixture a folder of `fixtures` to copy
   */
  constructor(name: string, fixture?: string) {
    this.folder = join(tmp, name)
    rmSync(this.folder, { recursive: true, force: true })
    mkdirSync(this.folder, { recursive: true })
    if (fixture !== undefined) {
      cpSync(join(home, 'fixtures', fixture), this.folder, { recursive: true })
    }
  }

  /** Writes a file, and returns its path. */
  write(name: string, content: string | object): string {
    const file = join(this.folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
    return file
  }

  /** Runs a file of `e2e/node_modules` with the Node that runs the tests. */
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
      // Its own process group, which can be ended as a whole.
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

/** Returns the path of a file in `e2e/node_modules`. */
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

/** Returns the environment of a user who has set up nothing. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1', CI: 'true' }
}
