import { setTimeout } from 'node:timers/promises'
import { createHandler, type Handler } from '@vectrade/node'
import { events } from './events.ts'
import { simulatedPrices } from './simulated-prices.ts'

/**
 * Creates the first service. It answers questions with text and a chart, both simulated.
 *
 * @param pause ms between two words
 */
export function createAnalyst(pause = 60): Handler {
  return createHandler({
    events,
    async *source({ prompt }, { signal }) {
      const symbol = /\b[A-Z]{2,5}\b/.exec(prompt)?.[0] ?? 'NVDA'
      const before = `Simulated answer: no model ran, and no market data was read. These are the prices of ${symbol}.`
      const after = 'The chart is an event of its own type, between two pieces of text.'

      yield { type: 'metadata', content: '', model: 'simulated-analyst' }
      for (const content of words(before)) {
        yield { type: 'text', content }
        await setTimeout(pause, undefined, { signal })
      }
      yield { type: 'chart', content: '', symbol, points: simulatedPrices(symbol) }
      for (const content of words(after)) {
        yield { type: 'text', content }
        await setTimeout(pause, undefined, { signal })
      }
    },
  })
}

/** Splits a text after its spaces. */
function words(text: string): string[] {
  return text.split(/(?<= )/)
}
