/// <reference lib="esnext.disposable" preserve="true" />
import { StreamConsumedError } from '../errors/stream-consumed-error.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { LiveEvent, QuoteEvent } from '../events/live-event.ts'
import { whenCollected } from '../lifetime/finalization.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { nameMethod } from '../lifetime/name-method.ts'
import { PullIterator } from '../lifetime/pull-iterator.ts'
import type { FeedEngine } from './feed-engine.ts'
import { checkSymbols, type LiveOptions } from './live-options.ts'
import type { LiveEnd, LiveState } from './live-state.ts'

/** Stands in for the engine until the engine is loaded, and for good if it cannot be loaded. */
interface LoadingEngine extends Pick<FeedEngine, 'state' | 'lastEventId'> {
  latest?: undefined
  change?: undefined
  pull?: undefined
}

/**
 * Live quotes, alerts and news.
 *
 * A feed connects at once, and connects again whenever the connection is lost. It can be read once, with `for await`.
 * Leaving the loop closes it. So do {@link close}, `await using`, the signal, and closing the client. Events that
 * arrive while no one reads are kept, within the limits of `delivery`.
 */
export class LiveFeed implements AsyncIterable<LiveEvent>, AsyncDisposable {
  /** Resolves at the first connection, or if the server has nothing to send. Rejects if the feed ends before that. */
  readonly ready: Promise<void>
  /** Resolves when the feed has ended. Never rejects. */
  readonly closed: Promise<LiveEnd>
  readonly #loading: Promise<FeedEngine>
  readonly #symbols: Set<string>
  /** The engine, once it is loaded. */
  #engine: LoadingEngine | FeedEngine
  #isUsed = false

  /** @internal */
  constructor(symbols: Set<string>, options: LiveOptions, loading: Promise<FeedEngine>) {
    const { lastEventId = '', onStateChange } = options
    nameMethod<LiveFeed>(this, 'asyncDispose', (feed) => feed.close())
    nameMethod<LiveFeed>(this, 'asyncIterator', (feed) => feed.#iterate())
    this.#symbols = symbols
    this.#engine = { state: 'connecting', lastEventId }
    this.#loading = markHandled(loading)
    this.ready = markHandled(this.#begin(loading))
    this.closed = loading.then(
      (engine) => engine.closed,
      (error: VecTradeError) => {
        this.#engine = { state: 'closed', lastEventId }
        queueMicrotask(() => onStateChange?.('closed'))
        return { reason: 'failed', error }
      },
    )
    closeWhenCollected(this, loading)
  }

  /** Where the connection stands: see {@link LiveState}. */
  get state(): LiveState {
    return this.#engine.state
  }

  /**
   * The last id among the events that were read. Before the first one, it is the option `lastEventId`, or `''`. Pass it
   * to another feed to continue there. After a quote was replaced by a newer one (`delivery: 'latest'`), it may be
   * older, so that nothing is lost.
   */
  get lastEventId(): string {
    return this.#engine.lastEventId
  }

  /** The newest quote of a symbol, even if it was not read yet. Undefined if there is none. */
  latest(symbol: string): QuoteEvent | undefined {
    return this.#engine.latest?.(symbol)
  }

  /**
   * Follows more symbols. Those that the feed already follows have no effect.
   *
   * @throws ConfigurationError if `symbols` is not an array of symbols
   */
  add(symbols: readonly string[]): void {
    this.#change(symbols, (symbol) => this.#symbols.add(symbol))
  }

  /**
   * Stops following these symbols. Events about them that were not read yet are still delivered. After the last
   * symbol was removed, the feed gets all alerts and news, like a feed that began without symbols.
   *
   * @throws ConfigurationError if `symbols` is not an array of symbols
   */
  remove(symbols: readonly string[]): void {
    this.#change(symbols, (symbol) => this.#symbols.delete(symbol))
  }

  /** Ends the feed. Its reader gets no more events. */
  async close(): Promise<void> {
    await this.#loading.then(
      (engine) => engine.close(),
      () => {},
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** @throws StreamConsumedError if a loop already reads the feed, or has read it */
  [Symbol.asyncIterator](): AsyncIterator<LiveEvent, undefined> {
    return this.#iterate()
  }

  #change(symbols: readonly string[], change: (symbol: string) => void): void {
    checkSymbols('symbols', symbols)
    const before = this.#symbols.size
    symbols.forEach(change)
    if (this.#symbols.size === before) return
    // The engine may already have begun with the old symbols, although `#engine` is not set yet.
    void this.#loading.then(
      (engine) => engine.change(),
      () => {},
    )
  }

  async #begin(loading: Promise<FeedEngine>): Promise<void> {
    const engine = await loading
    this.#engine = engine
    // As long as this method waits, the feed is not collected, even if the program holds nothing but `ready`.
    await engine.ready
  }

  #iterate(): AsyncIterator<LiveEvent, undefined> {
    if (this.#isUsed) throw new StreamConsumedError('A feed can be read once')
    this.#isUsed = true
    return new PullIterator<LiveEvent>({
      ready: () => this.#engine.pull?.ready(),
      wait: () => this.#loading.then((engine) => engine.pull.wait()),
      leave: () => this.close(),
    })
  }
}

/**
 * Closes a feed that the program has dropped. All closures of one function share their variables, so a closure of the
 * constructor would keep the feed. That is why this is a separate function.
 */
function closeWhenCollected(feed: LiveFeed, loading: Promise<FeedEngine>): void {
  whenCollected(feed, () => void markHandled(loading.then((engine) => engine.close())))
}
