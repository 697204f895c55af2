import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { ReleaseError } from './release-error.ts'

const execute = promisify(execFile)

export interface RunOptions {
  cwd: string
  env?: NodeJS.ProcessEnv
}

/**
 * Runs a program and returns its standard output.
 *
 * @throws ReleaseError with both of its outputs, if it fails
 */
export async function run(command: string, args: string[], options: RunOptions): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { maxBuffer: 64 * 2 ** 20, ...options })
    return stdout
  } catch (error) {
    const {
      stdout = '',
      stderr = '',
      message,
    } = error as Error & {
      stdout?: string
      stderr?: string
    }
    const output = `${stdout}${stderr}`.trim() || message
    // The arguments never contain a token, because tokens go through the environment.
    throw new ReleaseError(`\`${command} ${args.join(' ')}\` failed:\n${output}`)
  }
}

/** Runs a program whose output goes to the output of this one. */
export async function runVisibly(
  command: string,
  args: string[],
  options: RunOptions,
): Promise<void> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] })
  const [code] = (await once(child, 'close')) as [number | null]
  // Only the first two words, because a token may follow.
  if (code !== 0) throw new ReleaseError(`\`${[command, ...args].slice(0, 2).join(' ')}\` failed.`)
}
