import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import type { Measured } from './programs/measure.ts'

export type RuntimeName = 'Node' | 'Deno'

const execute = promisify(execFile)
const conditions = '--conditions=@vectrade/source'
const deno = join(import.meta.dirname, '../../node_modules/.bin/deno')

const commands: Readonly<Record<RuntimeName, [file: string, ...parameters: string[]]>> = {
  Node: [
    process.execPath,
    conditions,
    '--disable-warning=ExperimentalWarning',
    '--expose-gc',
    '--single-threaded-gc',
  ],
  // All permissions, because it reads /proc.
  Deno: [
    deno,
    'run',
    '-A',
    '--no-check',
    '--no-lock',
    conditions,
    '--v8-flags=--expose-gc,--single-threaded-gc',
  ],
}

/** Runs the streams in a separate process, so that its heap has nothing else. */
export async function runProgram(
  runtime: RuntimeName,
  environment: Record<string, string>,
): Promise<Measured[]> {
  const { NODE_OPTIONS: _, VITEST: __, ...inherited } = process.env
  const [file, ...parameters] = commands[runtime]
  const program = join(import.meta.dirname, 'programs', `on-${runtime.toLowerCase()}.ts`)
  const { stdout } = await execute(file, [...parameters, program], {
    env: { ...inherited, NO_COLOR: '1', ...environment },
    maxBuffer: 64 * 2 ** 20,
  })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Measured)
}
