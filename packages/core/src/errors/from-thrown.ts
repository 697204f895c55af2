import { isRecord } from '../events.ts'
import { ConnectionError, StreamInterruptedError } from './connection-error.ts'
import { VecTradeError } from './vectrade-error.ts'

/** A failure of fetch, or of reading a body, as an error of ours; what already is one stays as it is. */
export function connectionError(thrown: unknown, phase: 'connect' | 'body'): VecTradeError {
  if (VecTradeError.isInstance(thrown)) return thrown
  if (phase === 'body') return new StreamInterruptedError({ cause: thrown })
  const code = systemCode(thrown)
  return new ConnectionError(
    `Could not reach the server${code ? ` (${code})` : ''}: no response came`,
    phase,
    { cause: thrown },
  )
}

/** The system's or library's code of a failure, from anywhere in its chain of causes. */
function systemCode(thrown: unknown): string | undefined {
  let at = thrown
  for (let depth = 0; isRecord(at) && depth < 5; depth += 1) {
    if (typeof at['code'] === 'string' && /^[A-Z][A-Z0-9_]+$/.test(at['code'])) return at['code']
    at = at['cause']
  }
  return undefined
}
