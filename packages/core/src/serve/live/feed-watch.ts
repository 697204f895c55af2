import { sleep, within } from '../../lifetime/timers.ts'
import type { LiveState } from '../../live/live-state.ts'
import { longestOutage, lost } from './channel-feed.ts'

/** How often a feed is asked for its state, in ms: while it is read, and while requests wait for its connection. */
const interval = 1_000
const waitingInterval = 50

/** What a feed tells about its connection. */
interface Watched {
  readonly ready?: PromiseLike<unknown>
  readonly state?: LiveState
}

/** Watches the connection of a feed, which tells its state only when it is asked. */
export class FeedWatch {
  readonly #feed: Watched
  readonly #onLost: (error: unknown) => void
  #timer: ReturnType<typeof setInterval> | undefined
  /** When the feed was first seen without its connection, on the clock of `performance.now()`. */
  #lostAt: number | undefined
  #isReported = false
  #connecting: Promise<void> | undefined

  /** @param onLost called once if the feed has had no connection for a while */
  constructor(feed: Watched, onLost: (error: unknown) => void) {
    this.#feed = feed
    this.#onLost = onLost
  }

  /** Does nothing for a feed without a state. */
  start(): void {
    if (this.#feed.state !== undefined) this.#timer ??= setInterval(() => this.#look(), interval)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /**
   * Resolves once the feed is connected or closed. Rejects if that takes too long, or the feed says so.
   *
   * All requests share one wait. If each waited for `ready`, each would take memory until the feed is connected.
   */
  connected(): Promise<void> {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  async #connect(): Promise<void> {
    const ready = Promise.resolve(this.#feed.ready).then(() => true)
    if (!(await within(ready, longestOutage))) throw lost()
    const until = performance.now() + longestOutage
    while (!this.#isConnected()) {
      if (performance.now() > until) throw lost()
      await sleep(waitingInterval)
    }
  }

  /** Whether there is no connection to wait for. That includes a closed feed, whose end is reported in another way. */
  #isConnected(): boolean {
    return this.#feed.state !== 'connecting' && this.#feed.state !== 'reconnecting'
  }

  #look(): void {
    if (this.#isConnected()) {
      this.#lostAt = undefined
      this.#isReported = false
      return
    }
    const now = performance.now()
    this.#lostAt ??= now
    if (this.#isReported || now - this.#lostAt < longestOutage) return
    this.#isReported = true
    this.#onLost(lost())
  }
}
