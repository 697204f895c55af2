import { alertOf } from './alert.ts'
import type { SimulatedAlert, SimulatedNews, SimulatedQuote } from './live-event.ts'
import { articleOf } from './news.ts'
import { quoteAt } from './quote.ts'
import { hashOf, randomAt } from './random.ts'
import type { TickClock } from './tick-clock.ts'
import { lastTradingTime, type MarketHours } from './trading-hours.ts'

/** The symbol that always trades, also in a closed market. No company has it. */
export const testSymbol = 'VQTEST'

/** The symbols that have alerts and news when a client names none. */
const usualSymbols = ['AAPL', 'AMD', 'AMZN', 'GOOGL', 'META', 'MSFT', 'NVDA', 'TSLA']

/** How often something happens: on every nth tick of the test symbol, and at random for the others. */
const rhythm = {
  alert: { test: 10, chance: 1 / 50 },
  news: { test: 20, chance: 1 / 100 },
}

/** What a market depends on. */
export interface MarketSettings {
  seed: number
  market: MarketHours
  /** The only symbols. Undefined if every symbol exists. */
  symbols: readonly string[] | undefined
}

/**
 * A market whose events are computed from the seed and the number of the tick. So it has no memory,
 * runs no timer, and any number of connections can look at any tick.
 */
export class Market {
  /** The symbols that have alerts and news when a client names none, in order. */
  readonly listed: readonly string[]
  readonly #settings: MarketSettings
  readonly #clock: TickClock

  constructor(settings: MarketSettings, clock: TickClock) {
    this.#settings = settings
    this.#clock = clock
    this.listed = [...new Set([...(settings.symbols ?? usualSymbols), testSymbol])].toSorted()
  }

  /** Whether there is such a symbol. */
  knows(symbol: string): boolean {
    return this.#settings.symbols === undefined || this.listed.includes(symbol)
  }

  /** Whether a symbol trades at a tick. */
  trades(symbol: string, tick: number): boolean {
    return this.#lastTrade(symbol, tick) === tick
  }

  /** Returns the quote of a symbol that is the latest one at a tick. */
  quote(symbol: string, tick: number): SimulatedQuote {
    const step = this.#lastTrade(symbol, tick)
    return quoteAt(this.#settings.seed, symbol, step, this.#clock.timeOf(step))
  }

  /** Returns the alert of a symbol at a tick, if there is one. */
  alert(symbol: string, tick: number): SimulatedAlert | undefined {
    if (!this.trades(symbol, tick) || !this.#happens('alert', symbol, tick)) return undefined
    const previous = this.quote(symbol, tick - 1)
    return alertOf(this.#settings.seed, this.quote(symbol, tick), previous, tick)
  }

  /** Returns the article about a symbol at a tick, if there is one. The press never closes. */
  article(symbol: string, tick: number): SimulatedNews | undefined {
    if (!this.#happens('news', symbol, tick)) return undefined
    return articleOf(this.#settings.seed, symbol, this.listed, tick, this.#clock.timeOf(tick))
  }

  #happens(what: keyof typeof rhythm, symbol: string, tick: number): boolean {
    if (tick === 0) return false
    const { test, chance } = rhythm[what]
    if (symbol === testSymbol) return tick % test === 0
    return randomAt(hashOf(`${this.#settings.seed}/${symbol}/${what}`), tick) < chance
  }

  #lastTrade(symbol: string, tick: number): number {
    const { market } = this.#settings
    if (market === 'open' || symbol === testSymbol) return tick
    if (market === 'closed') return 0
    const time = this.#clock.timeOf(tick)
    const last = lastTradingTime(time)
    return last === time ? tick : Math.max(0, this.#clock.tickAt(last))
  }
}
