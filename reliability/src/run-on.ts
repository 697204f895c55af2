import { type ChildProcessByStdio, spawn } from 'node:child_process'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { endWithThisProcess } from '@vectrade/test-kit/end-with-this-process'
import { commands, type Runtime } from './runtimes.ts'

/** A program, and how it is started. */
export interface Start {
  /** The path of the program's file. */
  program: string
  parameters?: readonly string[]
  /** Further flags for the runtime. */
  flags?: readonly string[]
  /** Further environment variables. */
  env?: Readonly<Record<string, string>>
}

/** Starts a program on a runtime. It ends with this process. The caller reads both outputs. */
export function startOn(
  runtime: Runtime,
  { program, parameters = [], flags = [], env = {} }: Start,
): ChildProcessByStdio<null, Readable, Readable> {
  const [file, ...first] = commands[runtime]
  // Another runtime must not get the variables that vitest and pnpm set for themselves.
  const {
    NODE_OPTIONS: _,
    VITEST: __,
    NODE_ENV: ___,
    FORCE_COLOR: ____,
    ...inherited
  } = process.env
  const child = spawn(file, [...first, ...flags, program, ...parameters], {
    env: { ...inherited, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  endWithThisProcess(child)
  return child
}

/** The exit code and the output of a program. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program on a runtime to its end. */
export async function runOn(runtime: Runtime, start: Start): Promise<Ran> {
  const child = startOn(runtime, start)
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  const [code, stdout, stderr] = await Promise.all([closed, text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}
