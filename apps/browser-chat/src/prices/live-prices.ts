import {
  type LiveEvent,
  type LiveFeed,
  NotFoundError,
  type QuoteEvent,
  type VecTrade,
  VecTradeError,
} from '@vectrade/browser'
import { PriceHistory } from './price-history.ts'
import { type PriceStatus, statusOf } from './price-status.ts'

/** A symbol and its prices so far. */
export interface Followed {
  quote: QuoteEvent | undefined
  history: PriceHistory
  /** When the price last changed, in ms. Undefined if there is no price yet. */
  changedAt: number | undefined
}

export interface LivePricesOptions {
  /** Called after a new price. */
  onPrice: () => void
  /** Called when anything else may have changed. */
  onChange: () => void
}

/**
 * The prices of the symbols that the page shows: plain data, from one feed.
 *
 * Pages that show only the newest quotes need just `createLive`. This page also draws each price, breaks its lines at
 * gaps, and can pause.
 */
export class LivePrices {
  readonly symbols: Map<string, Followed> = new Map()
  /** Whether a server has said that it has no live prices. */
  isAbsent = false
  /** Whether any price was simulated. */
  isSimulated = false
  readonly #client: Pick<VecTrade, 'live'>
  readonly #options: LivePricesOptions
  #feed: LiveFeed | undefined
  #gapAt: number | undefined

  constructor(client: Pick<VecTrade, 'live'>, options: LivePricesOptions) {
    this.#client = client
    this.#options = options
  }

  /** Whether there is a feed that has not ended. */
  get isOpen(): boolean {
    return this.#feed !== undefined && this.#feed.state !== 'closed'
  }

  /** @param now in ms */
  status(now: number): PriceStatus {
    const changes = [...this.symbols.values()].flatMap((followed) => followed.changedAt ?? [])
    const changedAt = changes.length === 0 ? undefined : Math.max(...changes)
    return statusOf({ feed: this.#feed?.state, gapAt: this.#gapAt, changedAt }, now)
  }

  /** Follows these symbols instead of those before. */
  follow(symbols: readonly string[]): void {
    const before = new Map(this.symbols)
    this.symbols.clear()
    for (const symbol of symbols) this.symbols.set(symbol, before.get(symbol) ?? newFollowed())
    const hasFailed = this.#feed?.state === 'closed'
    if (before.size === 0 || hasFailed) return this.resume()
    this.#feed?.add(symbols)
    this.#feed?.remove([...before.keys()].filter((symbol) => !symbols.includes(symbol)))
    this.#options.onChange()
  }

  /** Ends the connection. The prices stay. */
  pause(): void {
    void this.#feed?.close()
    this.#feed = undefined
    this.#options.onChange()
  }

  /** Connects. The charts do not join the prices from before to those that come. */
  resume(): void {
    void this.#feed?.close()
    this.#interrupt()
    this.#gapAt = undefined
    this.isAbsent = false
    const feed = this.#client.live.subscribe(
      { symbols: [...this.symbols.keys()] },
      { delivery: 'latest', onStateChange: () => this.#options.onChange() },
    )
    this.#feed = feed
    void this.#read(feed)
    this.#options.onChange()
  }

  async #read(feed: LiveFeed): Promise<void> {
    try {
      for await (const event of feed) {
        if (feed !== this.#feed) return
        this.#take(event, Date.now())
      }
    } catch (error) {
      // A bug of this page: report it on the console.
      if (!VecTradeError.isInstance(error)) reportError(error)
      if (feed === this.#feed) this.isAbsent = error instanceof NotFoundError
    }
    this.#options.onChange()
  }

  #take(event: LiveEvent, now: number): void {
    if (event.type === 'gap') {
      this.#gapAt = now
      this.#interrupt()
      this.#options.onChange()
    } else if (event.type === 'quote.update') {
      const followed = this.symbols.get(event.symbol)
      if (followed === undefined || !Number.isFinite(event.price)) return
      followed.changedAt = timeOfChange(followed, event, now)
      followed.quote = event
      followed.history.add(event.price, now)
      // A simulator says so in a field that VecTrade does not have.
      this.isSimulated ||= 'simulated' in event && event.simulated === true
      this.#options.onPrice()
    }
  }

  #interrupt(): void {
    for (const { history } of this.symbols.values()) history.interrupt()
  }
}

function newFollowed(): Followed {
  return { quote: undefined, history: new PriceHistory(), changedAt: undefined }
}

/**
 * Returns when a price last changed. The first quote may be hours old, and a new connection repeats the last
 * one. For all others the time of the quote does not count, because clocks differ.
 */
function timeOfChange(before: Followed, quote: QuoteEvent, now: number): number {
  if (before.quote === undefined) {
    const time = Date.parse(String(quote.timestamp))
    return Number.isNaN(time) ? now : Math.min(time, now)
  }
  const isSame = before.quote.timestamp === quote.timestamp && before.quote.price === quote.price
  return isSame ? (before.changedAt ?? now) : now
}
