import { type Abortable, AbortSource, whenAborted } from '../lifetime/abort-source.ts'
import { APIError } from '../errors/api-error.ts'
import { StreamResumeError } from '../errors/stream-error.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { Network } from '../options/runtime.ts'
import { sleep } from '../lifetime/timers.ts'

const firstDelay = 500
const maxDelay = 30_000
/** At most some four minutes of attempts, half of it as a rule. */
const maxAttempts = 12

/**
 * When to try again: exponential with full jitter, so that a server that comes back is not met by
 * everybody at once. The wait that the server asks for with `retry:` or `Retry-After`
 * is added. Attempts count until there is progress. A page that is told it is offline still tries, because
 * that may be wrong. Those attempts count only if the server answers.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export class Reconnection {
  readonly #signal: Abortable
  readonly #network: Network | undefined
  readonly #maxRetryAfter: number
  /** ms that the server asks for between two connections. */
  #retry = 0
  #attempts = 0
  /** Attempts that did not count, one after the other. */
  #probes = 0
  /** Whether the server has answered since there was progress. */
  #hasAnswered = false

  constructor(signal: Abortable, network: Network | undefined, maxRetryAfter: number) {
    this.#signal = signal
    this.#network = network
    this.#maxRetryAfter = maxRetryAfter
  }

  /** An event has come that was not known. */
  progressed(): void {
    this.#attempts = this.#probes = 0
    this.#hasAnswered = false
  }

  /** The server's `retry`, in ms: it may be anything. */
  setRetry(ms: number): void {
    this.#retry = ms
  }

  /**
   * Makes an attempt. One that a new network finds under way begins again, because the old one may never
   * answer it.
   */
  async attempt<T>(work: (signal: Abortable) => Promise<T>): Promise<T> {
    const attempt = new AbortSource()
    const unlink = whenAborted(this.#signal, () => attempt.abort(this.#signal.reason))
    const offWake = this.#network?.onWake((isNew) => isNew && attempt.abort())
    try {
      const result = await work(attempt)
      this.#hasAnswered = true
      return result
    } catch (error) {
      if (!attempt.aborted || this.#signal.aborted) throw error
    } finally {
      unlink()
      offWake?.()
    }
    return this.attempt(work)
  }

  /**
   * Waits before the next attempt. When the program wakes up, only the wait that the server asked for
   * continues.
   *
   * @throws StreamResumeError after too many attempts, or the signal's reason
   */
  async pause(cause: VecTradeError): Promise<void> {
    const isOffline = this.#network?.isOnline() === false
    const isProbe = isOffline && !this.#hasAnswered && !(cause instanceof APIError)
    this.#attempts += isProbe ? 0 : 1
    this.#probes = isProbe ? this.#probes + 1 : 0
    if (this.#attempts > maxAttempts) {
      throw new StreamResumeError(
        `The stream could not be taken up again in ${maxAttempts} attempts`,
        { cause, retryable: true },
      )
    }
    const failures = isProbe ? this.#probes : this.#attempts
    const ceiling = Math.min(maxDelay, firstDelay * 2 ** (failures - 1))
    // Only their pace limits attempts that do not count. Going online ends the pause.
    const share = isProbe ? (1 + Math.random()) / 2 : Math.random()
    const retryAfter = cause instanceof APIError ? (cause.retryAfter ?? 0) * 1000 : 0
    const asked = Math.min(Math.max(this.#retry, retryAfter), this.#maxRetryAfter)
    await this.#wait(asked, share * ceiling)
  }

  /** Waits as long as the server asked for, then `ms` more. Waking up ends the second wait. */
  async #wait(asked: number, ms: number): Promise<void> {
    const waking = new AbortSource()
    const offWake = this.#network?.onWake(() => waking.abort())
    const unlink = whenAborted(this.#signal, () => waking.abort())
    try {
      if (asked > 0) await sleep(asked, this.#signal)
      await sleep(ms, waking).catch(() => {})
    } finally {
      unlink()
      offWake?.()
    }
    if (this.#signal.aborted) throw this.#signal.reason
  }
}
