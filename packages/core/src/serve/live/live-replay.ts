import type { LiveChannel, LiveEvent } from '../../events/live-event.ts'
import { Queue } from '../../lifetime/queue.ts'
import type { Position } from './live-cursor.ts'

/** An event that an instance has received, as all its readers get it. */
export interface LiveEntry {
  readonly position: Position
  /** The id that all instances know, `''` if there is none. */
  readonly sharedId: string
  /** When it was received, on the clock of `performance.now()`. */
  readonly at: number
  readonly event: LiveEvent
  /** The channel that has brought it. Undefined if it may have been any. */
  readonly channel: LiveChannel | undefined
  /** Whether it is an older quote, which `replay()` of the feed has returned. A reader that caused a replay has it. */
  readonly isOld: boolean
  /** The event as a message with its id. */
  readonly bytes: Uint8Array
}

/** How much is kept. Both limits apply. */
export interface ReplayLimits {
  events: number
  /** In ms. */
  ms: number
}

/** The latest events, for readers that come back. */
export class LiveReplay {
  readonly #limits: ReplayLimits
  readonly #entries = new Queue<LiveEntry>()
  /** The position of the last event that is no longer kept. */
  #dropped: Position = 0

  constructor(limits: ReplayLimits) {
    this.#limits = limits
  }

  add(entry: LiveEntry): void {
    this.#entries.add(entry)
    this.#trim(entry.at)
  }

  /** Whether all events after a position are kept. */
  hasAllAfter(position: Position): boolean {
    this.#trim(performance.now())
    return position >= this.#dropped
  }

  /** Returns the events after a position, in order. */
  *after(position: Position): Generator<LiveEntry, undefined> {
    for (let at = this.#indexAfter(position); at < this.#entries.length; at += 1) {
      const entry = this.#entries.at(at)
      if (entry !== undefined) yield entry
    }
  }

  #trim(now: number): void {
    const { events, ms } = this.#limits
    for (;;) {
      const oldest = this.#entries.at(0)
      if (oldest === undefined) break
      if (this.#entries.length <= events && now - oldest.at <= ms) break
      this.#dropped = oldest.position
      this.#entries.take()
    }
  }

  /** Returns the index of the first entry after a position, by halving the range. */
  #indexAfter(position: Position): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries.at(middle)?.position ?? Infinity) > position) high = middle
      else low = middle + 1
    }
    return low
  }
}
