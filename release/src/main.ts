import process from 'node:process'
import { ReleaseError } from './release-error.ts'

/** Runs a step as a program. If it throws a ReleaseError, prints the message and exits with 1. */
export async function main(step: () => Promise<void> | void): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (!(error instanceof ReleaseError) && !isUnknownFlag(error)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}

function isUnknownFlag(error: unknown): error is Error {
  return (
    error instanceof TypeError && 'code' in error && error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
  )
}
