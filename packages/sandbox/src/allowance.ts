import { Refusal } from './refusal.ts'

const MINUTE = 60_000

/** The rate limit, counted in fixed minutes, and the quota, counted for as long as this lives. */
export class Allowance {
  readonly #rateLimit: number
  readonly #quota: number
  #windowEnd = 0
  #usedInWindow = 0
  #used = 0

  constructor(rateLimit: number, quota: number) {
    this.#rateLimit = rateLimit
    this.#quota = quota
  }

  /**
   * Takes one request from both.
   *
   * @throws Refusal with status 429 where one of them has nothing left.
   */
  take(): void {
    const now = Date.now()
    if (now >= this.#windowEnd) {
      this.#windowEnd = (Math.floor(now / MINUTE) + 1) * MINUTE
      this.#usedInWindow = 0
    }
    if (this.#used >= this.#quota) {
      throw new Refusal(429, 'The quota of this sandbox is used up: restart it, or raise `quota`', {
        type: 'quota_exceeded',
      })
    }
    if (this.#usedInWindow >= this.#rateLimit) {
      throw new Refusal(429, 'Too many requests in this minute: wait, or raise `rateLimit`', {
        headers: { 'retry-after': String(Math.ceil((this.#windowEnd - now) / 1000)) },
      })
    }
    this.#usedInWindow += 1
    this.#used += 1
  }

  /** What is left, as every answer to a request with a key says it. */
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
