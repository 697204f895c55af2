import { createHandler, type Handler } from '@vectrade/node'
import { simulatedPrices } from '../../src/simulated-prices.ts'

/** Creates an analyst of another version: it does not check its charts, and the second one is wrong. */
export function createWrongAnalyst(): Handler {
  return createHandler({
    events: { chart: true },
    *source() {
      yield { type: 'text', content: 'A good chart' }
      yield { type: 'chart', content: '', symbol: 'AMD', points: simulatedPrices('AMD') }
      yield { type: 'text', content: 'and a wrong one' }
      const points = [...simulatedPrices('AMD'), { day: '2026-02-01', price: 'secret' }]
      yield { type: 'chart', content: '', symbol: 'AMD', points }
      yield { type: 'text', content: 'that is never shown' }
    },
  })
}
