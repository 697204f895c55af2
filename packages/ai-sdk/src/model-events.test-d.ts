import { createHandler, VecTrade } from '@vectrade/core'
import { MockLanguageModelV4 } from 'ai/test'
import { expectTypeOf, test } from 'vitest'
import { createVecTrade } from './create-vectrade.ts'
import { fromModel } from './from-model.ts'
import { modelEvents } from './model-events.ts'
import { toEvents } from './to-events.ts'

const model = new MockLanguageModelV4()

test('the events of a model are typed if they are asked for', async () => {
  for await (const event of toEvents(new ReadableStream(), { events: modelEvents })) {
    if (event.type === 'reasoning') expectTypeOf(event.text).toEqualTypeOf<string>()
    if (event.type === 'tool_result')
      expectTypeOf(event.failed).toEqualTypeOf<boolean | undefined>()
  }
})

test('a client has the same types', async () => {
  const client = new VecTrade({ endpoint: 'https://example.com', events: modelEvents })
  for await (const event of client.ai.stream('Hi')) {
    if (event.type === 'tool_call') expectTypeOf(event.name).toEqualTypeOf<string>()
  }
})

test('a source fits a handler that knows its events, and more', () => {
  createHandler({ source: fromModel(model) })
  createHandler({ source: fromModel(model, { events: modelEvents }), events: modelEvents })
  const events = { ...modelEvents, chart: true } as const
  createHandler({ source: fromModel(model, { events: modelEvents }), events })
  createHandler({ source: fromModel(model, { events }), events })
  // @ts-expect-error: the handler does not know the events of the source
  createHandler({ source: fromModel(model, { events: modelEvents }), events: { chart: true } })
})

test('a provider takes a client with any events', () => {
  createVecTrade({ client: new VecTrade({ endpoint: 'https://example.com', events: modelEvents }) })
  createVecTrade({ apiKey: 'vq_example' })
  // @ts-expect-error: a client has its own key
  createVecTrade({ client: new VecTrade(), apiKey: 'vq_example' })
})
