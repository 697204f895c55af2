import { hashOf, randomAt } from './random.ts'
import { walkAt } from './random-walk.ts'
import type { SimulatedQuote } from './live-event.ts'

/** How far a price moves with each step, as a fraction of the price. */
const volatility = 0.0005

/**
 * Returns the quote of a symbol after a number of steps. The same seed, symbol and step always give
 * the same quote.
 */
export function quoteAt(seed: number, symbol: string, step: number, time: number): SimulatedQuote {
  const key = hashOf(`${seed}/${symbol}/quote`)
  // From 10 to 1000.
  const close = 10 ** (1 + 2 * randomAt(key, -1))
  const exact = close * Math.exp(walkAt(key, step) * volatility)
  const price = rounded(exact)
  const spread = Math.max(0.01, exact * 0.0002)
  const change = price - rounded(close)
  return {
    type: 'quote.update',
    symbol,
    price,
    timestamp: new Date(time).toISOString(),
    change: rounded(change),
    changePct: rounded((100 * change) / close),
    volume: 1_000_000 + 1000 * step + Math.floor(1000 * randomAt(~key, step)),
    bid: rounded(price - spread),
    ask: rounded(price + spread),
    simulated: true,
  }
}

function rounded(value: number): number {
  // Adding 0 makes 0 of -0.
  return Math.round(value * 100) / 100 + 0
}
