import { errorChain } from './error-chain.ts'
import { ConnectionError, StreamInterruptedError } from './connection-error.ts'
import { VecTradeError } from './vectrade-error.ts'

/**
 * Converts a value that `fetch` or the reader of a body threw into an error of this SDK. Errors of this SDK are
 * returned unchanged.
 */
export function errorFromThrown(thrown: unknown, phase: 'connect' | 'body'): VecTradeError {
  if (VecTradeError.isInstance(thrown)) return thrown
  if (phase === 'body') return new StreamInterruptedError({ cause: thrown })
  const code = systemCode(thrown)
  return new ConnectionError(
    `Could not reach the server${code ? ` (${code})` : ''}: no response came`,
    phase,
    { cause: thrown },
  )
}

/** Returns the code that the system or a library gave a failure, such as `ECONNREFUSED`. It may be that of a cause. */
export function systemCode(thrown: unknown): string | undefined {
  for (const { code } of errorChain(thrown)) {
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return code
  }
  return undefined
}
