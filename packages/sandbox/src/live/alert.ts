import type { SimulatedAlert, SimulatedQuote } from './live-event.ts'
import { hashOf, randomAt } from './random.ts'

/** Returns the alert that a quote triggers. The quote has just crossed its threshold. */
export function alertOf(
  seed: number,
  quote: SimulatedQuote,
  previous: SimulatedQuote,
  step: number,
): SimulatedAlert {
  const { symbol, price, changePct, timestamp } = quote
  const isUp = price >= previous.price
  // A percentage is rounded towards the side from which it was crossed.
  const percent = (isUp ? Math.floor(changePct * 10) : Math.ceil(changePct * 10)) / 10 + 0
  const isCrossed = isUp ? previous.changePct < percent : previous.changePct > percent
  const isPrice = !isCrossed || randomAt(hashOf(`${seed}/${symbol}/condition`), step) < 0.5
  return {
    type: 'alert.triggered',
    id: `alert_${symbol}_${step}`,
    symbol,
    price,
    condition: isPrice
      ? { operator: isUp ? 'crosses_above' : 'crosses_below', threshold: previous.price }
      : { operator: isUp ? 'pct_change_above' : 'pct_change_below', threshold: percent },
    triggeredAt: timestamp,
    simulated: true,
  }
}
