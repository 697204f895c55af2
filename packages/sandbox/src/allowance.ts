import type { QuotaRefusal } from './quota-error.ts'
import { Refusal } from './refusal.ts'

const MINUTE = 60_000

/**
 * Counts requests against the rate limit and the quota. The rate limit resets each minute. The
 * quota never resets.
 */
export class Allowance {
  readonly #rateLimit: number
  readonly #quota: number
  readonly #quotaError: QuotaRefusal
  #windowEnd = 0
  #usedInWindow = 0
  #used = 0

  constructor(settings: { rateLimit: number; quota: number; quotaError: QuotaRefusal }) {
    this.#rateLimit = settings.rateLimit
    this.#quota = settings.quota
    this.#quotaError = settings.quotaError
  }

  /**
   * Counts one request against both.
   *
   * @throws Refusal if one of them is used up
   */
  take(): void {
    const now = Date.now()
    if (now >= this.#windowEnd) {
      this.#windowEnd = (Math.floor(now / MINUTE) + 1) * MINUTE
      this.#usedInWindow = 0
    }
    if (this.#used >= this.#quota) {
      const { status, ...more } = this.#quotaError
      throw new Refusal(
        status,
        'The quota of this sandbox is used up: restart it, or raise `quota`',
        { type: 'quota_exceeded', ...more },
      )
    }
    if (this.#usedInWindow >= this.#rateLimit) {
      const retryAfter = Math.ceil((this.#windowEnd - now) / 1000)
      throw new Refusal(429, 'Too many requests in this minute: wait, or raise `rateLimit`', {
        retryAfter,
        headers: { 'retry-after': String(retryAfter) },
      })
    }
    this.#usedInWindow += 1
    this.#used += 1
  }

  /** Returns the headers that tell the remaining requests. Every answer to a valid key has them. */
  headers(): Record<string, string> {
    return {
      'x-vq-ratelimit-limit': String(this.#rateLimit),
      'x-vq-ratelimit-remaining': String(this.#rateLimit - this.#usedInWindow),
      'x-vq-ratelimit-reset': String(Math.ceil(this.#windowEnd / 1000)),
      'x-vq-quota-limit': String(this.#quota),
      'x-vq-quota-remaining': String(this.#quota - this.#used),
    }
  }
}

/**
 * Counts one request, and adds the remaining limits to the headers of its answer.
 *
 * @throws Refusal if a limit is used up
 */
export function takeAllowance(
  { allowance }: { allowance: Allowance },
  headers: Record<string, string>,
): void {
  try {
    allowance.take()
  } finally {
    Object.assign(headers, allowance.headers())
  }
}
