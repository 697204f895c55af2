import { expectTypeOf, test } from 'vitest'
import {
  type AnalysisSnapshot,
  type AnalysisStore,
  createAnalysis,
  createLive,
  type StreamEvent,
  VecTrade,
} from './index.ts'

test("the events of the client's own types reach `onEvent` with their types", () => {
  const client = new VecTrade({ endpoint: '/api', events: { price: true } })
  createAnalysis(client, {
    onEvent: (event) => {
      if (event.type === 'price') expectTypeOf(event['amount']).toEqualTypeOf<unknown>()
      if (event.type === 'text') expectTypeOf(event.content).toEqualTypeOf<string>()
      expectTypeOf(event.type).toEqualTypeOf<StreamEvent['type'] | 'price'>()
    },
  })
})

test('without own types, the events are those of VecTrade', () => {
  const store = createAnalysis(new VecTrade({ endpoint: '/api' }), {
    onEvent: (event) => expectTypeOf(event).toEqualTypeOf<StreamEvent>(),
  })
  expectTypeOf(store).toEqualTypeOf<AnalysisStore>()
})

test('a snapshot cannot be changed', () => {
  const snapshot = {} as AnalysisSnapshot
  // @ts-expect-error -- it is read-only
  snapshot.text = ''
  // @ts-expect-error -- it is read-only
  snapshot.citations?.push({ source: '', url: '' })
})

test('any client can have a live store', () => {
  createLive(new VecTrade({ endpoint: '/api', events: { price: true } }), { symbols: ['NVDA'] })
})
