import {
  AuthenticationError,
  ConfigurationError,
  type LiveChannel,
  type LiveFeed,
  NotFoundError,
  RequestAbortedError,
  VecTradeError,
} from '@vectrade/core'
import { warn } from '@vectrade/core/adapter'
import type { FeedContext } from './feed-context.ts'
import { FeedWriter } from './feed-writer.ts'

/** The feed of the quotes, or that of all other channels. */
export type FeedName = 'quotes' | 'others'

/** What the leader reports. */
export interface TermSink {
  /** A connection to VecTrade was opened or lost. */
  onChange(): void
  /** Another instance leads. */
  onLost(): void
  /** The upstream refuses this instance for good. */
  onFailure(error: unknown): void
  /** Returns whether this instance has ever been connected to VecTrade. */
  wasConnected(): boolean
}

/** The time for which an instance leads: it has the connections to VecTrade, and writes their events to Redis. */
export class FeedTerm {
  readonly #context: FeedContext
  readonly #sink: TermSink
  readonly #writer: FeedWriter
  /** The feeds that are open. The one of the other channels has no symbols, so it brings everything. */
  readonly #feeds = new Map<FeedName, LiveFeed>()
  #symbols: ReadonlySet<string> = new Set()
  /** Until when no other instance can lead, on the clock of `performance.now()`. */
  #until = 0
  /** When to connect a feed again after it could not reach VecTrade. */
  readonly #retryAt = new Map<FeedName, number>()

  constructor(context: FeedContext, token: string, sink: TermSink) {
    this.#context = context
    this.#sink = sink
    this.#writer = new FeedWriter(context, token, {
      onConfirmed: (at) => this.confirm(at),
      onLost: () => sink.onLost(),
      onFailure: (error) => sink.onFailure(error),
    })
  }

  /** The names of the feeds that are connected. */
  get open(): string {
    const open = [...this.#feeds].filter(([, feed]) => feed.state === 'live')
    return open
      .map(([name]) => name)
      .toSorted()
      .join(' ')
  }

  /** ms for which no other instance can lead. */
  get left(): number {
    return this.#until - performance.now()
  }

  /** Call this if Redis says that this instance leads. @param at when the instance asked */
  confirm(at: number): void {
    this.#until = Math.max(this.#until, at + this.#context.settings.lease)
  }

  /** Follows these symbols and no others. Also connects again. @throws ConfigurationError if the client has no key */
  follow(symbols: readonly string[]): void {
    const { channels } = this.#context.settings
    const others = channels.filter((channel) => channel !== 'quotes')
    if (others.length > 0 && !this.#feeds.has('others')) this.#open('others', others, [])
    if (!channels.includes('quotes')) return
    const before = this.#symbols
    this.#symbols = new Set(symbols)
    const quotes = this.#feeds.get('quotes')
    if (symbols.length === 0) {
      this.#feeds.delete('quotes')
      void quotes?.close().catch(() => {})
      if (quotes !== undefined) this.#sink.onChange()
    } else if (quotes === undefined) {
      this.#open('quotes', ['quotes'], symbols)
    } else {
      quotes.add(symbols)
      quotes.remove([...before].filter((symbol) => !this.#symbols.has(symbol)))
    }
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    this.#writer.close()
    const feeds = [...this.#feeds.values()]
    this.#feeds.clear()
    await Promise.allSettled(feeds.map((feed) => feed.close()))
  }

  #open(name: FeedName, channels: readonly LiveChannel[], symbols: readonly string[]): void {
    if (performance.now() < (this.#retryAt.get(name) ?? 0)) return
    const feed = this.#context.settings.client.live.subscribe(
      { channels, symbols },
      { onStateChange: () => this.#sink.onChange() },
    )
    this.#feeds.set(name, feed)
    void this.#read(feed).then((failure) => {
      if (this.#feeds.get(name) !== feed) return
      this.#feeds.delete(name)
      if (failure !== undefined && this.#isFinal(failure.error)) {
        return this.#sink.onFailure(failure.error)
      }
      const { lease, logger } = this.#context.settings
      const code = VecTradeError.isInstance(failure?.error) ? failure.error.code : 'ended'
      warn(logger, `The live feed is disconnected (${code}), and tries again in ${lease} ms`, {
        event: 'live.retry',
        code,
      })
      this.#retryAt.set(name, performance.now() + lease)
      void this.#writer.add({ type: 'gap', reason: 'upstream' })
    })
  }

  /** Writes the events of a feed, to its end. Returns the error, if there is one. */
  async #read(feed: LiveFeed): Promise<{ error: unknown } | undefined> {
    try {
      for await (const event of feed) await this.#writer.add(event)
      return undefined
    } catch (error) {
      return { error }
    }
  }

  /**
   * Whether another connection of this instance would fail in the same way. A used-up quota comes back, and a
   * `ValidationError` may be about the symbols of one reader.
   */
  #isFinal(error: unknown): boolean {
    // The options were right before. What is left is a function that gives no key, and it may give one again.
    if (error instanceof ConfigurationError) return !this.#sink.wasConnected()
    return (
      error instanceof AuthenticationError ||
      error instanceof NotFoundError ||
      // The client is closed.
      error instanceof RequestAbortedError ||
      !VecTradeError.isInstance(error)
    )
  }
}
