import { APIError } from '../errors/api-error.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'

const firstDelay = 500
const factor = 2
const jitter = 0.25
const longestDelay = 30_000

/** How often and how long to try again; see the options of the client. */
export interface RetryPolicy {
  maxRetries: number
  maxRetryAfter: number
}

/**
 * How long to wait before the next attempt, in ms, or undefined when there must be none.
 *
 * @param attempt how many attempts have failed, 1 after the first
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
  // The server knows better than the backoff, but not how long a caller is ready to wait.
  return ms > policy.maxRetryAfter ? undefined : ms
}

/** Exponential with jitter, so that clients that failed together do not come back together. */
export function backoff(attempt: number, random: number = Math.random()): number {
  const spread = 1 - jitter + 2 * jitter * random
  return Math.min(firstDelay * factor ** (attempt - 1) * spread, longestDelay)
}
