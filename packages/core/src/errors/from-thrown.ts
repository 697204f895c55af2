import { isRecord } from '../events/json.ts'
import { ConnectionError, StreamInterruptedError } from './connection-error.ts'
import { hide, VecTradeError } from './vectrade-error.ts'

/** A failure of fetch, or of reading a body, as an error of ours; what already is one stays as it is. */
export function connectionError(thrown: unknown, phase: 'connect' | 'body'): VecTradeError {
  if (VecTradeError.isInstance(thrown)) return thrown
  hidePayload(thrown)
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
  for (const { code } of causes(thrown)) {
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return code
  }
  return undefined
}

/** undici's errors of parsing carry the bytes they failed on: kept for debuggers, not for printing. */
function hidePayload(thrown: unknown): void {
  for (const error of causes(thrown)) {
    if (error['name'] === 'HTTPParserError') hide(error, 'data', error['data'])
  }
}

/** An error and its causes, of which there may be a circle. */
function causes(thrown: unknown): Record<string, unknown>[] {
  const chain: Record<string, unknown>[] = []
  // Not `instanceof Error`: an error may come from another realm.
  for (let at = thrown; isRecord(at) && chain.length < 5; at = at['cause']) chain.push(at)
  return chain
}
