import { execFile } from 'node:child_process'

export interface Outcome {
  code: number
  /** Standard output and standard error. */
  output: string
  stdout: string
}

/** Runs a program to its end, successful or not. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Outcome> {
  const settings = { ...options, maxBuffer: 64 * 2 ** 20, timeout: 900_000 }
  return new Promise((resolve) => {
    execFile(command, args, settings, (error, stdout, stderr) => {
      // A program that was not found, or that a signal ended, has no exit code.
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      const reason = error === null || stderr !== '' ? '' : error.message
      resolve({ code, stdout, output: stdout + stderr + reason })
    })
  })
}

/** Runs a program that must succeed, and returns its standard output. */
export async function runWell(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<string> {
  const { code, output, stdout } = await run(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${code}\n${output}`)
  return stdout
}
