import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** The exit code and the output of a program. */
export interface ProgramResult {
  code: number
  stdout: string
  stderr: string
}

/** Runs a TypeScript file in its own Node process, with the packages' sources. Kills it after five minutes. */
export function runProgram(
  file: URL,
  environment: Record<string, string>,
  flags: string[] = [],
): Promise<ProgramResult> {
  const { NODE_OPTIONS: _, VITEST: __, ...inherited } = process.env
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [
        '--conditions=@vectrade/source',
        '--disable-warning=ExperimentalWarning',
        ...flags,
        fileURLToPath(file),
      ],
      { env: { ...inherited, ...environment }, timeout: 300_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({ code, stdout, stderr })
      },
    )
  })
}
