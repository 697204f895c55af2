import { type Abortable, AbortSource, whenAborted } from '../lifetime/abort-source.ts'
import { backoff, fullJitter } from '../lifetime/backoff.ts'
import { APIError } from '../errors/api-error.ts'
import { StreamResumeError } from '../errors/stream-resume-error.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { Network } from '../options/runtime.ts'
import { sleep } from '../lifetime/timers.ts'

const pauses = { first: 500, cap: 30_000, jitter: fullJitter }
/** Attempts that do not count have no limit, so their pauses must not be short. */
const probePauses = { ...pauses, jitter: [0.5, 1] } as const
/** The pauses before these attempts take up to four minutes together. The average is about half of that. */
const defaultAttempts = 12

/**
 * Decides when to connect again, and when to give up.
 *
 * The pause between two attempts grows exponentially, with full jitter, so that not all clients come back at
 * the same moment. If the server asks for a wait with `retry:` or `Retry-After`, that is added to the pause.
 * After a certain number of attempts without a new event, the stream fails. A new event resets the count. A
 * page that is told it is offline still tries, because that may be wrong. These attempts do not count unless
 * the server has answered.
 */
export class Reconnection {
  readonly #signal: Abortable
  readonly #network: Network | undefined
  readonly #maxRetryAfter: number
  readonly #maxAttempts: number
  /** The wait before a connection that the server asks for, in ms. */
  #retry = 0
  #attempts = 0
  /** The number of attempts in a row that did not count. */
  #probes = 0
  /** Whether the server has answered since the last new event. */
  #hasAnswered = false

  constructor(
    signal: Abortable,
    network: Network | undefined,
    maxRetryAfter: number,
    maxAttempts: number = defaultAttempts,
  ) {
    this.#signal = signal
    this.#network = network
    this.#maxRetryAfter = maxRetryAfter
    this.#maxAttempts = maxAttempts
  }

  /** Call this when a new event has come. Resets the count of attempts. */
  progressed(): void {
    this.#attempts = this.#probes = 0
    this.#hasAnswered = false
  }

  /** @param ms the `retry` of the server, which can be any number */
  setRetry(ms: number): void {
    this.#retry = ms
  }

  /**
   * Makes an attempt to connect. If the network changes in the meantime, the attempt begins again, because the
   * old network may never answer it.
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
   * Waits before the next attempt. If the program wakes up or goes online, only the wait that the server asked
   * for continues.
   *
   * @param cause the error that ended the last connection or attempt
   * @throws StreamResumeError after too many attempts, or the signal's reason
   */
  async pause(cause: VecTradeError): Promise<void> {
    const isOffline = this.#network?.isOnline() === false
    const isProbe = isOffline && !this.#hasAnswered && !(cause instanceof APIError)
    this.#attempts += isProbe ? 0 : 1
    this.#probes = isProbe ? this.#probes + 1 : 0
    if (this.#attempts > this.#maxAttempts) {
      const message = `The stream could not be resumed in ${this.#maxAttempts} attempts`
      throw new StreamResumeError(message, {
        cause,
        retryable: true,
      })
    }
    const pause = isProbe ? backoff(this.#probes, probePauses) : backoff(this.#attempts, pauses)
    const retryAfter = cause instanceof APIError ? (cause.retryAfter ?? 0) * 1000 : 0
    const asked = Math.min(Math.max(this.#retry, retryAfter), this.#maxRetryAfter)
    await this.#wait(asked, pause)
  }

  /** Waits as long as the server asked for, then `ms` longer. Waking up ends the second wait. */
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
