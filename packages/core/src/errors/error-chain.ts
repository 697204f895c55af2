import { isRecord } from '../events/json.ts'

/** The most errors to return, because the causes may form a circle. */
const longestChain = 5

/**
 * Returns an error, its cause, the cause of that, and so on. The errors may come from another realm, so they need not
 * be instances of `Error`.
 */
export function errorChain(thrown: unknown): Record<string, unknown>[] {
  const chain = []
  for (let at = thrown; isRecord(at) && chain.length < longestChain; at = at['cause'])
    chain.push(at)
  return chain
}
