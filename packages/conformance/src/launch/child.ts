import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

const execute = promisify(execFile)
export const packageRoot: string = join(import.meta.dirname, '../..')

/** Returns the path of a command of a dependency. */
export function command(name: string): string {
  return join(packageRoot, 'node_modules/.bin', name)
}

/** What a program wrote. */
export interface Written {
  stdout: string
  stderr: string
}

/** Runs a program to its end and returns its standard output. Rejects if the program fails. */
export async function runProgram(...program: Parameters<typeof runToEnd>): Promise<string> {
  const { stdout } = await runToEnd(...program)
  return stdout
}

/** Runs a program to its end and returns all of its output. Rejects if the program fails. */
export async function runToEnd(
  file: string,
  parameters: string[],
  environment: Record<string, string> = {},
): Promise<Written> {
  // Vitest sets these variables for itself. They must not reach the Vitest of another Node.
  const { NODE_OPTIONS: _, VITEST: __, NODE_ENV: ___, ...inherited } = process.env
  try {
    return await execute(file, parameters, {
      cwd: packageRoot,
      env: { ...inherited, NO_COLOR: '1', ...environment },
      timeout: 900_000,
      maxBuffer: 64 * 2 ** 20,
    })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    const said = `${String(stdout)}\n${String(stderr)}`.slice(-3000)
    throw new Error(`${file} ${parameters.join(' ')} failed:\n${said}`, { cause: error })
  }
}

/** Calls a function with the path of a temporary file that contains a text. */
export async function withFile<T>(
  name: string,
  text: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'vectrade-conformance-'))
  try {
    const path = join(folder, name)
    await writeFile(path, text)
    return await use(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}
