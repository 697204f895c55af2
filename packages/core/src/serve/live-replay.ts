import type { LiveChannel, LiveEvent } from '../events/live-event.ts'
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
  #entries: LiveEntry[] = []
  /** The index of the first entry that is kept. */
  #first = 0
  /** The position of the last event that is no longer kept. */
  #dropped: Position = 0

  constructor(limits: ReplayLimits) {
    this.#limits = limits
  }

  add(entry: LiveEntry): void {
    this.#entries.push(entry)
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
      const entry = this.#entries[at]
      if (entry !== undefined) yield entry
    }
  }

  #trim(now: number): void {
    const { events, ms } = this.#limits
    for (;;) {
      const oldest = this.#entries[this.#first]
      if (oldest === undefined) break
      if (this.#entries.length - this.#first <= events && now - oldest.at <= ms) break
      this.#dropped = oldest.position
      this.#first += 1
    }
    // Cutting off the beginning costs time, so it is done only when half of the array is no longer needed.
    if (this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
  }

  /** Returns the index of the first entry after a position, by halving the range. */
  #indexAfter(position: Position): number {
    let low = this.#first
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle]?.position ?? Infinity) > position) high = middle
      else low = middle + 1
    }
    return low
  }
}
