import type { AnalysisSnapshot, QuoteEvent, StreamEvent } from '@vectrade/browser'
import { VecTrade } from '@vectrade/browser'
import { expectTypeOf, test } from 'vitest'
import { useAnalysis, useLive } from './index.ts'

const isRendering = false as boolean

test('`useAnalysis` takes either a client or an endpoint', () => {
  if (!isRendering) return
  const client = new VecTrade({ endpoint: '/api' })
  expectTypeOf(useAnalysis({ client })).toExtend<AnalysisSnapshot>()
  expectTypeOf(useAnalysis({ endpoint: '/api' }).ask)
    .parameter(0)
    .toExtend<string | object>()
  // @ts-expect-error -- neither
  useAnalysis({})
  // @ts-expect-error -- both
  useAnalysis({ client, endpoint: '/api' })
  // @ts-expect-error -- the client has the event types
  useAnalysis({ client, events: { price: true } })
})

test('`onEvent` gets events of own types, of the client and of the endpoint', () => {
  if (!isRendering) return
  const events = { price: true } as const
  type Types = StreamEvent['type'] | 'price'
  useAnalysis({
    client: new VecTrade({ endpoint: '/api', events }),
    onEvent: ({ type }) => expectTypeOf(type).toEqualTypeOf<Types>(),
  })
  useAnalysis({
    endpoint: '/api',
    events,
    onEvent: ({ type }) => expectTypeOf(type).toEqualTypeOf<Types>(),
  })
  useAnalysis({
    endpoint: '/api',
    onEvent: (event) => expectTypeOf(event).toEqualTypeOf<StreamEvent>(),
  })
})

test('`useLive` takes a client with any event types, or an endpoint', () => {
  if (!isRendering) return
  const client = new VecTrade({ endpoint: '/api', events: { price: true } })
  const { quotes } = useLive({ client, symbols: ['NVDA'] })
  expectTypeOf(quotes['NVDA']).toEqualTypeOf<QuoteEvent | undefined>()
  useLive({ endpoint: '/api', channels: ['news'], onEvent: ({ type }) => type === 'gap' })
  // @ts-expect-error -- neither
  useLive({ symbols: ['NVDA'] })
})
