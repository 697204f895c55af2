import { APIError } from '../errors/api-error.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import { backoff, type BackoffPolicy } from '../lifetime/backoff.ts'

const delays: BackoffPolicy = { first: 500, cap: 30_000, jitter: [0.75, 1.25] }

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
  if (retryAfter === undefined) return backoff(attempt, delays)
  const ms = retryAfter * 1000
  // The wait that the server asks for replaces the backoff. The caller's `maxRetryAfter` limits it.
  return ms > policy.maxRetryAfter ? undefined : ms
}
