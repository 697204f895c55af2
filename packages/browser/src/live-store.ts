import type {
  GapEvent,
  LiveEvent,
  LiveFeed,
  LiveOptions,
  LiveRequest,
  LiveState,
  QuoteEvent,
  VecTrade,
  VecTradeError,
} from '@vectrade/core'
import { checkClient, checkFunction, checkSubscription, checkSymbols } from '@vectrade/core/adapter'
import { callListener, Publisher } from './publisher.ts'

/** Live data as far as it has come. It does not change: a change makes a new snapshot. */
export interface LiveSnapshot {
  /** The symbols that the store follows. */
  readonly symbols: readonly string[]
  /** The newest quote of each symbol. A symbol without a quote is missing. */
  readonly quotes: Readonly<Record<string, QuoteEvent>>
  /** Whether the feed is connected. Before the first subscriber, it is `connecting`. */
  readonly state: LiveState
  /** The last gap: events may be missing before it. Undefined if there was none. */
  readonly gap: GapEvent | undefined
  /** Why the feed has failed. Undefined if it has not. */
  readonly error: VecTradeError | undefined
}

/** Options of {@link createLive}: what to follow, and how. */
export interface LiveStoreOptions
  extends LiveRequest, Pick<LiveOptions, 'delivery' | 'heartbeatTimeout' | 'headers'> {
  /** What happens to events that arrive faster than they are read. Default `latest`. */
  delivery?: LiveOptions['delivery']
  /**
   * Called with each event as it is read, such as alerts and news. It does not wait for a frame. An error that it throws
   * is uncaught, as in an event listener.
   */
  onEvent?: ((event: LiveEvent) => void) | undefined
}

/**
 * The newest quotes of some symbols, for a page to show. The functions need no `this`, so they can be passed on.
 */
export interface LiveStore {
  /** Calls a function after each change. Returns a function that ends the calls. The first call connects. */
  readonly subscribe: (listener: () => void) => () => void
  /** Returns the newest quotes and the state. It is the same object until something has changed. */
  readonly getSnapshot: () => LiveSnapshot
  /**
   * Follows more symbols.
   *
   * @throws ConfigurationError if `symbols` is not an array of symbols
   */
  readonly add: (symbols: readonly string[]) => void
  /**
   * Follows these symbols no longer, and forgets their quotes. After the last symbol was removed, the feed gets all
   * alerts and news.
   *
   * @throws ConfigurationError if `symbols` is not an array of symbols
   */
  readonly remove: (symbols: readonly string[]) => void
  /** Connects again after the feed has ended or failed. Does nothing before that. */
  readonly retry: () => void
  /** Closes the feed. No listener is called any more. */
  readonly dispose: () => void
}

/**
 * Creates a store of live quotes for a page. It needs no framework.
 *
 * It connects when it gets its first subscriber, and stays connected until `dispose()`. Subscribers are called at most
 * once per animation frame, or by a timer while the page is hidden. A change of the state does not wait for a frame.
 *
 * @throws ConfigurationError on a wrong option. A wrong `delivery`, and a wrong header, fail the feed instead
 * @example
 * ```ts
 * import { createLive, VecTrade } from '@vectrade/browser'
 *
 * const client = new VecTrade({ endpoint: '/api/live' })
 * const live = createLive(client, { symbols: ['NVDA', 'AMD'] })
 * live.subscribe(() => {
 *   const { quotes, state } = live.getSnapshot()
 *   if (quotes['NVDA'] === undefined) return
 *   console.log(state) // → live
 *   live.dispose()
 * })
 * ```
 */
export function createLive(
  client: Pick<VecTrade, 'live'>,
  options: LiveStoreOptions = {},
): LiveStore {
  checkClient('live', 'subscribe')('client', client)
  checkSubscription(options, options)
  if (options.onEvent !== undefined) checkFunction('onEvent', options.onEvent)
  return new Store(client, options)
}

class Store implements LiveStore {
  readonly #client: Pick<VecTrade, 'live'>
  readonly #options: LiveStoreOptions
  #symbols: readonly string[]
  #quotes: Readonly<Record<string, QuoteEvent>> = Object.freeze({})
  /** The quotes that came after those in `#quotes`. */
  #newer = new Map<string, QuoteEvent>()
  #gap: GapEvent | undefined
  #error: VecTradeError | undefined
  #feed: LiveFeed | undefined
  readonly #publisher: Publisher<LiveSnapshot>

  constructor(client: Pick<VecTrade, 'live'>, options: LiveStoreOptions) {
    const { symbols = [] } = options
    this.#client = client
    this.#options = options
    this.#symbols = Object.freeze([...new Set(symbols)])
    this.#publisher = new Publisher(() => this.#toSnapshot())
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const unsubscribe = this.#publisher.subscribe(listener)
    if (this.#feed === undefined && this.#error === undefined) this.#connect()
    return unsubscribe
  }

  readonly getSnapshot = (): LiveSnapshot => this.#publisher.snapshot

  readonly add = (symbols: readonly string[]): void => {
    checkSymbols('symbols', symbols)
    this.#feed?.add(symbols)
    this.#follow([...this.#symbols, ...symbols])
  }

  readonly remove = (symbols: readonly string[]): void => {
    checkSymbols('symbols', symbols)
    this.#feed?.remove(symbols)
    this.#follow(this.#symbols.filter((symbol) => !symbols.includes(symbol)))
  }

  readonly retry = (): void => {
    if (this.#error === undefined && this.#feed?.state !== 'closed') return
    this.#connect()
    this.#publisher.now()
  }

  readonly dispose = (): void => {
    this.#publisher.dispose()
    const feed = this.#feed
    this.#feed = undefined
    void feed?.close()
  }

  #follow(symbols: readonly string[]): void {
    const before = this.#symbols
    this.#symbols = Object.freeze([...new Set(symbols)])
    if (this.#symbols.length === before.length) return
    const kept = Object.entries(this.#toQuotes()).filter(([name]) => this.#symbols.includes(name))
    this.#quotes = Object.freeze(Object.fromEntries(kept))
    this.#publisher.now()
  }

  #connect(): void {
    if (this.#publisher.isDisposed) return
    const { channels, onEvent: _, ...options } = this.#options
    this.#error = undefined
    try {
      const feed = this.#client.live.subscribe(
        { symbols: this.#symbols, channels },
        {
          ...options,
          delivery: options.delivery ?? 'latest',
          onStateChange: () => {
            if (feed === this.#feed) this.#publisher.now()
          },
        },
      )
      this.#feed = feed
      void this.#read(feed)
    } catch (error) {
      this.#fail(error)
    }
  }

  async #read(feed: LiveFeed): Promise<void> {
    try {
      for await (const event of feed) {
        if (feed !== this.#feed) return
        this.#take(event)
      }
    } catch (error) {
      if (feed === this.#feed) this.#fail(error)
    }
  }

  /** Removes the symbols that the server refuses. */
  #drop(data: unknown): void {
    const error = (data ?? {}) as { symbol?: unknown; symbols?: unknown }
    const named: readonly unknown[] = Array.isArray(error.symbols) ? error.symbols : [error.symbol]
    const refused = this.#symbols.filter((symbol) => named.includes(symbol))
    if (refused.length === 0) return
    // Over Server-Sent Events, the feed has removed them itself. Over a WebSocket, it would ask for them again after
    // each reconnection.
    this.#feed?.remove(refused)
    this.#follow(this.#symbols.filter((symbol) => !refused.includes(symbol)))
  }

  #take(event: LiveEvent): void {
    if (event.type === 'gap') {
      this.#gap = event
      this.#publisher.soon()
    } else if (event.type === 'quote.update' && this.#symbols.includes(event.symbol)) {
      this.#newer.set(event.symbol, event)
      this.#publisher.soon()
    } else if (event.type === 'unknown' && event.wireType === 'error') this.#drop(event.data)
    const { onEvent } = this.#options
    if (onEvent) callListener(() => onEvent(event))
  }

  #fail(error: unknown): void {
    this.#error = error as VecTradeError
    this.#publisher.now()
  }

  /** Returns the quotes so far. It is the same object until there is a newer one. */
  #toQuotes(): Readonly<Record<string, QuoteEvent>> {
    if (this.#newer.size > 0) {
      // A symbol may have the name __proto__.
      const quotes = [...Object.entries(this.#quotes), ...this.#newer]
      this.#quotes = Object.freeze(Object.fromEntries(quotes))
      this.#newer = new Map()
    }
    return this.#quotes
  }

  #toSnapshot(): LiveSnapshot {
    const error = this.#error
    const state = error === undefined ? (this.#feed?.state ?? 'connecting') : 'closed'
    return Object.freeze({
      symbols: this.#symbols,
      quotes: this.#toQuotes(),
      state,
      gap: this.#gap,
      error,
    })
  }
}
