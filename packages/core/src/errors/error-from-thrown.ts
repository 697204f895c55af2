import { isRecord } from '../events/json.ts'
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
function systemCode(thrown: unknown): string | undefined {
  let at = thrown
  // The causes may form a circle. The error may come from another realm, so `instanceof Error` would not do.
  for (let depth = 0; depth < 5 && isRecord(at); depth += 1) {
    const { code, cause } = at
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return code
    at = cause
  }
  return undefined
}
