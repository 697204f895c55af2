import { TimeoutError } from '../errors/timeout-error.ts'
import { AbortSource } from '../lifetime/abort-source.ts'
import { after } from '../lifetime/timers.ts'
import type { LiveMessage, SseReading } from './sse-reading.ts'

/** The longest time for which events may be held, in ms. A reader takes a longer silence for a closed market. */
const longestHold = 3_000
/** The most messages that may be held. */
const maxHeld = 1_000

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
  readonly #stopTimer: () => void
  readonly #onLimit: (error: TimeoutError) => void
  #isOver = false

  /** @param onLimit called if the change takes too long, after the signal was aborted */
  constructor(old: SseReading, since: string, onLimit: (error: TimeoutError) => void) {
    this.old = old
    this.since = since
    this.#onLimit = onLimit
    this.#stopTimer = after(longestHold, () => this.#giveUp())
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
    const error = new TimeoutError('headers', longestHold)
    this.signal.abort(error)
    this.#onLimit(error)
  }
}
