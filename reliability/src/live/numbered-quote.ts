import type { QuoteEvent } from '@vectrade/node'

/** The symbols that change all the time. */
export const steadySymbols: readonly string[] = Array.from({ length: 10 }, (_, at) => `S${at}`)

/** The symbol that changes thousands of times at once, with large events. */
export const burstSymbol = 'BURST'

/** After a restart, the upstream's numbers begin with the next multiple of this one. */
export const numbersOfInstance = 1_000_000

/** Returns the nth quote of a symbol. Its volume is the number, and all else follows from it. */
export function numberedQuote(symbol: string, number: number): QuoteEvent & { note: string } {
  return {
    type: 'quote.update',
    symbol,
    price: ((number * 7919) % 100_000) / 100,
    volume: number,
    // A field that the SDK does not know.
    note: `${symbol} ${number} `.padEnd(symbol === burstSymbol ? 300 : 0, '台積電'),
  }
}
