import { APIError } from '../errors/api-error.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'

const firstDelay = 500
const factor = 2
const jitter = 0.25
const longestDelay = 30_000

/** How often to try again, and how long to wait. The client has options of these names. */
export interface RetryPolicy {
  maxRetries: number
  maxRetryAfter: number
}

/**
 * Returns how long to wait before the next attempt, in ms. Returns undefined if there must be none.
 *
 * @param attempt how many attempts have failed
 */
export function retryDelay(
  error: VecTradeError,
  attempt: number,
  policy: RetryPolicy,
): number | undefined {
  if (attempt > policy.maxRetries || !error.retryable) return undefined
  const retryAfter = error instanceof APIError ? error.retryAfter : undefined
  if (retryAfter === undefined) return backoff(attempt)
  const ms = retryAfter * 1000
  // The wait that the server asks for replaces the backoff. The caller's `maxRetryAfter` limits it.
  return ms > policy.maxRetryAfter ? undefined : ms
}

/** Returns an exponential delay with jitter, so that clients that failed together do not return together. */
export function backoff(attempt: number, random: number = Math.random()): number {
  const spread = 1 - jitter + 2 * jitter * random
  return Math.min(firstDelay * factor ** (attempt - 1) * spread, longestDelay)
}
