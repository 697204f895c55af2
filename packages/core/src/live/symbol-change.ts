import { TimeoutError } from '../errors/timeout-error.ts'
import { AbortSource } from '../lifetime/abort-source.ts'
import { backoff, type BackoffPolicy } from '../lifetime/backoff.ts'
import { after } from '../lifetime/timers.ts'
import type { LiveMessage, SseReading } from './sse-reading.ts'

/** The pauses after changes that were given up. Events are delivered meanwhile. */
const pauses: BackoffPolicy = { first: 2_000, cap: 30_000, jitter: [0.5, 1] }
/** The most messages that may be held. */
const maxHeld = 1_000

/**
 * Returns how long a change may hold events, in ms. The first limit is short, because a closed market may be silent.
 * Each change that was given up doubles the limit, because the server may answer slowly.
 *
 * @param late how many changes in a row were given up
 */
export function limitOfChange(late: number, timeout: number): number {
  return Math.min(3_000 * 2 ** late, timeout || Infinity)
}

/** Returns the pause before the next attempt of a change, in ms. @param late how many in a row were given up */
export function pauseBeforeChange(late: number): number {
  return backoff(late, pauses)
}

/** A change of symbols over Server-Sent Events, from its request to the first message of the new connection. */
export class SymbolChange {
  /** The connection with the old symbols. */
  readonly old: SseReading
  /** The id after which the new connection continues. With `''`, it repeats nothing. */
  readonly since: string
  /** Aborted if the change takes too long, and when it has ended. */
  readonly signal: AbortSource = new AbortSource()
  /** What the old connection has brought and the new one will repeat. */
  readonly held: LiveMessage[] = []
  readonly #limit: number
  readonly #stopTimer: () => void
  readonly #onLimit: (error: TimeoutError) => void
  #isOver = false

  /**
   * @param limit the longest time that the change may take, in ms
   * @param onLimit called if the change takes too long, after the signal was aborted
   */
  constructor(
    old: SseReading,
    since: string,
    limit: number,
    onLimit: (error: TimeoutError) => void,
  ) {
    this.old = old
    this.since = since
    this.#onLimit = onLimit
    this.#limit = limit
    this.#stopTimer = after(limit, () => this.#giveUp())
  }

  /** Whether the change was given up, because it takes too long. */
  get isLate(): boolean {
    return this.signal.aborted && !this.#isOver
  }

  hold(message: LiveMessage): void {
    this.held.push(message)
    if (this.held.length > maxHeld) this.#giveUp()
  }

  /** Call this when nothing is held any more. */
  end(): void {
    this.#isOver = true
    this.#stopTimer()
    this.signal.abort()
  }

  #giveUp(): void {
    if (this.signal.aborted) return
    const error = new TimeoutError('headers', this.#limit)
    this.signal.abort(error)
    this.#onLimit(error)
  }
}
