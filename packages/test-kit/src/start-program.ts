import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { end, endWithThisProcess } from './end-with-this-process.ts'
import { findProgram, type Program } from './find-program.ts'
import { freePort } from './free-port.ts'
import { delay } from './delay.ts'

/** A server program, such as a proxy, that belongs to one test. */
export interface RunningProgram extends AsyncDisposable {
  readonly port: number
  /** Its origin, such as `http://127.0.0.1:8080`. */
  readonly origin: string
}

/** ms for a hook that starts a program. A missing program is installed first. */
export const programTimeout = 300_000

/** How to start a program that reads one file. */
export interface Start {
  /** The content of its file. */
  configuration: (port: number) => string
  /** Its arguments, without its name. */
  args: (folder: string, file: string) => readonly string[]
  /** Matches what it says if another program has taken the port. */
  portIsTaken: RegExp
}

/** Starts a program with a configuration of its own, on a free port. */
export async function startProgram(program: Program, start: Start): Promise<RunningProgram> {
  const executable = await findProgram(program)
  const folder = mkdtempSync(join(tmpdir(), 'vectrade-program-'))
  const file = join(folder, 'configuration')
  let problem = ''
  // It cannot choose a port, and another program may take this one first.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const port = await freePort()
    writeFileSync(file, start.configuration(port))
    const running = spawn(executable, start.args(folder, file), {
      // Some programs write files into the home folder.
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    endWithThisProcess(running)
    const said = text(running.stderr)
    if (await isListening(running, port)) {
      return {
        port,
        origin: `http://127.0.0.1:${port}`,
        [Symbol.asyncDispose]: async () => {
          await end(running)
          rmSync(folder, { recursive: true, force: true })
        },
      }
    }
    problem = await said
    if (!start.portIsTaken.test(problem)) break
  }
  rmSync(folder, { recursive: true, force: true })
  throw new Error(`${program.title} did not start:\n${problem}`)
}

async function isListening(running: ChildProcess, port: number): Promise<boolean> {
  while (running.exitCode === null && running.signalCode === null) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    // If this program has ended, the port belongs to another one.
    if (isOpen) return running.exitCode === null
    await delay(20)
  }
  return false
}
