import { type LiveEvent, symbolsOf } from '../events/live-event.ts'

/** Whether a feed of these symbols gets the event. Without symbols, it gets all alerts and news. */
export function concerns(event: LiveEvent, symbols: ReadonlySet<string>): boolean {
  if (event.type === 'quote.update') return symbols.has(event.symbol)
  if (event.type === 'gap' || event.type === 'unknown' || symbols.size === 0) return true
  return symbolsOf(event).some((symbol) => symbols.has(symbol))
}
