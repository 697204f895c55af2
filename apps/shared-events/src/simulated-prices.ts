import type { ChartEvent } from './events.ts'

const days = 30
const day = 24 * 60 * 60 * 1000

/** Returns invented prices. A symbol always gets the same ones. */
export function simulatedPrices(symbol: string): ChartEvent['points'] {
  const seed = Array.from(symbol, (letter) => letter.codePointAt(0) ?? 0).reduce(
    (sum, code) => sum + code,
    0,
  )
  return Array.from({ length: days }, (_, index) => ({
    day: new Date(Date.UTC(2026, 0, 1) + index * day).toISOString().slice(0, 10),
    price: round(100 + index * ((seed % 7) - 3) * 0.3 + 8 * Math.sin(seed + index / 3)),
  }))
}

function round(price: number): number {
  return Math.round(price * 100) / 100
}
