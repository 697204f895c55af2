import { type Cursor, cursorIn, endOfTick, idOf } from './cursor.ts'
import type { LiveChannel, SimulatedEvent } from './live-event.ts'
import type { Market } from './market.ts'
import type { TickClock } from './tick-clock.ts'

/** A reader that is further behind gets a gap instead of all that it has missed. */
const mostTicksBehind = 1000

/** What a client follows. A WebSocket changes its symbols. */
export interface Subscription {
  readonly symbols: Set<string>
  readonly channels: ReadonlySet<LiveChannel>
}

/** Where a client continues. */
export interface ResumePoint {
  lastEventId: string
  /** The symbols that the client has begun to follow since that event. */
  added: readonly string[]
  /** The number of ticks that are kept. */
  replay: number
}

/** Events may be missing before this one. */
export interface Gap {
  type: 'gap'
  reason: string
  since?: string
}

/** An event with its id. An event without one is no place to continue from. */
export interface LiveMessage {
  event: SimulatedEvent | Gap
  id?: string
}

/**
 * Reads the market for one connection, in order. It holds only a position, so a slow connection
 * takes no memory.
 */
export class LiveReader {
  readonly #market: Market
  readonly #clock: TickClock
  readonly #subscription: Subscription
  #position: Cursor
  /** Sent before the events of the market. */
  #first: LiveMessage[] = []
  /** What is left of the tick. */
  #rest: Iterator<LiveMessage> | undefined
  #lastId = ''

  /** @param resume undefined for a client that is new */
  constructor(market: Market, clock: TickClock, subscription: Subscription, resume?: ResumePoint) {
    this.#market = market
    this.#clock = clock
    this.#subscription = subscription
    this.#position = { tick: clock.tick, rank: endOfTick }
    if (resume === undefined) this.#begin()
    else this.#resume(resume)
  }

  /** The id of the last event that had one, `''` if none had. */
  get lastId(): string {
    return this.#lastId
  }

  /** Returns the next message, or undefined if it has not happened yet. */
  take(): LiveMessage | undefined {
    for (;;) {
      const message = this.#first.shift() ?? this.#next()
      if (message !== undefined) {
        if (message.id !== undefined) this.#lastId = message.id
        return message
      }
      const { tick } = this.#position
      const behind = this.#clock.tick - tick
      if (behind <= 0) return undefined
      if (behind > mostTicksBehind) this.#begin('slow_consumer')
      else this.#rest = this.#eventsOf(tick + 1, '')
    }
  }

  /** Returns the ms until there may be more. */
  untilNext(): number {
    return this.#clock.until(this.#position.tick + 1)
  }

  /** Follows more symbols. Their latest quotes come next. */
  add(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#subscription.symbols.add(symbol)
    this.#first.push(...this.#quotes(symbols))
  }

  remove(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#subscription.symbols.delete(symbol)
    const { symbols: left } = this.#subscription
    this.#first = this.#first.filter(
      ({ event }) => event.type !== 'quote.update' || left.has(event.symbol),
    )
  }

  /** Begins at the newest tick, with the latest quotes. */
  #begin(gap?: string, since = this.#lastId): void {
    this.#position = { tick: this.#clock.tick, rank: endOfTick }
    this.#rest = undefined
    const quotes = this.#quotes([...this.#subscription.symbols])
    // A client that continues from here has all quotes, so only the last one is a place to continue.
    const last = quotes.at(-1)
    if (last !== undefined) last.id = idOf(this.#position, this.#clock.startedAt)
    this.#first = quotes
    if (gap === undefined) return
    this.#first.unshift({ event: { type: 'gap', reason: gap, ...(since !== '' && { since }) } })
  }

  #resume({ lastEventId, added, replay }: ResumePoint): void {
    const cursor = cursorIn(lastEventId, this.#clock.startedAt)
    const { tick } = this.#clock
    if (cursor === undefined || cursor.tick > tick) return this.#begin('unknown', lastEventId)
    if (cursor.tick < tick - replay) return this.#begin('expired', lastEventId)
    this.#position = cursor
    this.#lastId = lastEventId
    // The quotes of that time, because the changes since then follow.
    this.#first = this.#quotes(added)
    this.#rest = this.#eventsOf(cursor.tick, cursor.rank)
  }

  #quotes(symbols: readonly string[]): LiveMessage[] {
    if (!this.#subscription.channels.has('quotes')) return []
    const { tick } = this.#position
    return symbols
      .filter((symbol) => this.#market.knows(symbol))
      .map((symbol) => ({ event: this.#market.quote(symbol, tick) }))
  }

  #next(): LiveMessage | undefined {
    const next = this.#rest?.next()
    if (next?.done === false) return next.value
    this.#rest = undefined
    return undefined
  }

  /** Yields the events of a tick after a rank. The order of the ranks is that of the events. */
  *#eventsOf(tick: number, after: string): Generator<LiveMessage> {
    this.#position = { tick, rank: after }
    for (const [rank, event] of this.#rankedEvents(tick)) {
      if (rank <= after) continue
      this.#position = { tick, rank }
      yield { event, id: idOf(this.#position, this.#clock.startedAt) }
    }
    this.#position = { tick, rank: endOfTick }
  }

  *#rankedEvents(tick: number): Generator<[rank: string, event: SimulatedEvent]> {
    const { symbols, channels } = this.#subscription
    const market = this.#market
    const followed = [...symbols].filter((symbol) => market.knows(symbol)).toSorted()
    const concerned = symbols.size > 0 ? followed : market.listed
    if (channels.has('quotes')) {
      for (const symbol of followed) {
        if (!symbols.has(symbol) || !market.trades(symbol, tick)) continue
        yield [`1${symbol}`, market.quote(symbol, tick)]
      }
    }
    if (channels.has('alerts')) {
      for (const symbol of concerned) {
        const alert = market.alert(symbol, tick)
        if (alert !== undefined) yield [`2${symbol}`, alert]
      }
    }
    if (channels.has('news')) {
      for (const symbol of new Set([...market.listed, ...followed].toSorted())) {
        const article = market.article(symbol, tick)
        const concerns = article?.symbols.some((each) => concerned.includes(each))
        if (article !== undefined && concerns) yield [`3${symbol}`, article]
      }
    }
  }
}
