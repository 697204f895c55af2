import { isDeepStrictEqual } from 'node:util'
import type { LiveEvent } from '@vectrade/node'
import { numberedQuote, numbersOfInstance } from './numbered-quote.ts'

/** How many failures of a reader are kept. */
const mostFailures = 3

/** Compares the events of a reader with those that the upstream has sent. */
export class QuoteCheck {
  events = 0
  /**
   * The quotes that the reader has missed, except those around a restart of the upstream. A gap has told of each,
   * unless only the latest ones are wanted.
   */
  missed = 0
  readonly failures: string[] = []
  /** The number of gaps, by reason. */
  readonly gaps: Record<string, number> = {}
  /** The number of the last quote of each symbol. */
  readonly last: Map<string, number> = new Map()
  /** The symbols that have had no quote since a gap. */
  readonly #interrupted = new Set<string>()
  readonly #delivery: 'every' | 'latest'

  constructor(delivery: 'every' | 'latest') {
    this.#delivery = delivery
  }

  take(event: LiveEvent): void {
    this.events += 1
    if (event.type === 'gap') {
      this.gaps[event.reason] = (this.gaps[event.reason] ?? 0) + 1
      for (const symbol of this.last.keys()) this.#interrupted.add(symbol)
    } else if (event.type !== 'quote.update') {
      this.#fail(`an event of the type ${event.type}`)
    } else {
      const { symbol, volume = Number.NaN } = event
      if (!isDeepStrictEqual(event, numberedQuote(symbol, volume))) {
        this.#fail(`${symbol} ${volume} is not what was sent`)
      }
      this.#follow(symbol, volume)
    }
  }

  #follow(symbol: string, number: number): void {
    const last = this.last.get(symbol)
    this.last.set(symbol, number)
    const isAfterGap = this.#interrupted.delete(symbol)
    if (last === undefined) return
    if (number - last < numbersOfInstance / 2) this.missed += Math.max(0, number - last - 1)
    const mayFollow = this.#delivery === 'latest' ? number > last : number === last + 1
    // After a gap, a reader begins with the latest quote, which it may have already.
    if (!mayFollow && !(isAfterGap && number >= last)) {
      this.#fail(`${symbol} ${number} follows ${last}${isAfterGap ? ' after a gap' : ''}`)
    }
  }

  #fail(what: string): void {
    if (this.failures.length < mostFailures) this.failures.push(what)
  }
}
