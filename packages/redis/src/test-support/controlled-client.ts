import type {
  LiveChannel,
  LiveEvent,
  LiveFeed,
  LiveState,
  QuoteEvent,
  VecTrade,
} from '@vectrade/core'

/** A subscription whose events the test sends. */
export class ControlledFeed {
  readonly channels: readonly LiveChannel[]
  readonly symbols: Set<string>
  isClosed = false
  state: LiveState = 'live'
  readonly #onStateChange: ((state: LiveState) => void) | undefined
  readonly #events: LiveEvent[] = []
  #error: unknown
  #wake: (() => void) | undefined

  constructor(
    channels: readonly LiveChannel[],
    symbols: readonly string[],
    onStateChange?: (state: LiveState) => void,
  ) {
    this.#onStateChange = onStateChange
    queueMicrotask(() => this.become('live'))
    this.channels = channels
    this.symbols = new Set(symbols)
  }

  /** Changes the state. */
  become(state: LiveState): void {
    this.state = state
    this.#onStateChange?.(state)
  }

  send(...events: LiveEvent[]): void {
    this.#events.push(...events)
    this.#wake?.()
  }

  fail(error: unknown): void {
    this.#error = error
    this.#wake?.()
  }

  add(symbols: readonly string[]): void {
    for (const symbol of symbols) this.symbols.add(symbol)
  }

  remove(symbols: readonly string[]): void {
    for (const symbol of symbols) this.symbols.delete(symbol)
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent, undefined> {
    while (!this.isClosed) {
      const event = this.#events.shift()
      if (event !== undefined) yield event
      else if (this.#error !== undefined) throw this.#error
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }
}

/** A client whose subscriptions the test controls. */
export class ControlledClient {
  /** All subscriptions, the latest last. */
  readonly feeds: ControlledFeed[] = []

  readonly live: VecTrade['live'] = {
    subscribe: ({ channels = ['quotes'], symbols = [] }, options) => {
      const feed = new ControlledFeed(channels, symbols, options?.onStateChange)
      this.feeds.push(feed)
      return feed as unknown as LiveFeed
    },
  } as VecTrade['live']

  /** The subscriptions that are open. */
  get open(): ControlledFeed[] {
    return this.feeds.filter(({ isClosed }) => !isClosed)
  }
}

export function quote(symbol: string, price: number): QuoteEvent {
  return { type: 'quote.update', symbol, price }
}
