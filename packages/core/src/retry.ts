import { APIError } from './errors/api-error.ts'
import type { VecTradeError } from './errors/vectrade-error.ts'

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

/**
 * Seconds the server asks to wait: `retry-after-ms`, then `Retry-After` in seconds or as a date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterSeconds(headers: Headers, now: number = Date.now()): number | undefined {
  const ms = longestOf(headers, 'retry-after-ms', numberOf)
  if (ms !== undefined) return ms / 1000
  return longestOf(headers, 'retry-after', (value) => numberOf(value) ?? secondsUntil(value, now))
}

/** The longest wait in a repeated header: a client that comes too soon is refused again. */
function longestOf(
  headers: Headers,
  name: string,
  read: (value: string) => number | undefined,
): number | undefined {
  // A date has a comma of its own, after the name of the day.
  const values =
    headers
      .get(name)
      ?.slice(0, 1_000)
      .match(/\s*[a-z]+, [^,]+|[^,]+/gi) ?? []
  const waits = values.map((value) => read(value.trim())).filter((wait) => wait !== undefined)
  return waits.length === 0 ? undefined : Math.max(...waits)
}

function numberOf(value: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

function secondsUntil(value: string, now: number): number | undefined {
  // Date.parse takes '-5' and much else for a date; an HTTP date names its day and month.
  const date = /[a-z]{3}/i.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000)
}
