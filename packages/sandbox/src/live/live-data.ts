import { BoundedMap } from '../bounded-map.ts'
import type { LiveFault } from './live-fault.ts'
import type { LiveSettings } from './live-options.ts'
import { LiveReader, type ResumePoint, type Subscription } from './live-reader.ts'
import { Market } from './market.ts'
import { TickClock } from './tick-clock.ts'

/** What the live connections to one sandbox share, over both wires. */
export class LiveData {
  readonly settings: LiveSettings
  /** The faults of the latest handshakes that did not open a WebSocket, by path. */
  readonly refusedWith: BoundedMap<LiveFault | undefined> = new BoundedMap(100)
  readonly #clock: TickClock
  readonly #market: Market
  readonly #counts = new BoundedMap<number>(10_000)

  constructor(settings: LiveSettings) {
    this.settings = settings
    this.#clock = new TickClock(settings.interval)
    this.#market = new Market(settings, this.#clock)
  }

  read(subscription: Subscription, resume?: ResumePoint): LiveReader {
    return new LiveReader(this.#market, this.#clock, subscription, resume)
  }

  /** Counts one more of something, and returns how many there have been. */
  count(what: string): number {
    const count = (this.#counts.get(what) ?? 0) + 1
    this.#counts.set(what, count)
    return count
  }
}
