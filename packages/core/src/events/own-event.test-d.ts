import * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  AnalysisStream,
  createHandler,
  fromResponse,
  type StreamEvent,
  VecTrade,
} from '../index.ts'

const events = {
  chart: z.object({ points: z.array(z.number()) }),
  table: v.object({ rows: v.array(v.string()) }),
  note: true,
} as const

type Chart = Extract<Awaited<ReturnType<typeof first>>, { type: 'chart' }>

const client = new VecTrade({ events })

async function first() {
  for await (const event of client.ai.stream('p')) return event
  throw new Error('none')
}

test('the type of a stream follows from the option', async () => {
  expectTypeOf<Chart['points']>().toEqualTypeOf<number[]>()
  for await (const event of client.ai.stream('p')) {
    if (event.type === 'table') expectTypeOf(event.rows).toEqualTypeOf<string[]>()
    if (event.type === 'note') expectTypeOf(event['anything']).toEqualTypeOf<unknown>()
    if (event.type === 'text') expectTypeOf(event.content).toEqualTypeOf<string>()
    // @ts-expect-error -- no one has registered this type
    if (event.type === 'map') break
    expectTypeOf(event.content).toEqualTypeOf<string>()
  }
  const [branch] = client.ai.stream('p').tee()
  for await (const event of branch)
    if (event.type === 'chart') expectTypeOf(event).toEqualTypeOf<Chart>()
  for await (const event of fromResponse(new Response(), { events })) {
    if (event.type === 'chart') expectTypeOf(event).toEqualTypeOf<Chart>()
  }
  for await (const event of new VecTrade().ai.stream('p', { events })) {
    if (event.type === 'chart') expectTypeOf(event).toEqualTypeOf<Chart>()
  }
})

test('a validator that lets further fields pass keeps the types of those that it names', async () => {
  const open = {
    loose: z.looseObject({ a: z.number(), b: z.string().optional() }),
    other: v.looseObject({ a: v.number() }),
    rest: z.object({ a: z.number() }).catchall(z.string()),
  }
  for await (const event of fromResponse(new Response(), { events: open })) {
    if (event.type === 'loose') {
      expectTypeOf(event.a).toEqualTypeOf<number>()
      expectTypeOf(event.b).toEqualTypeOf<string | undefined>()
      expectTypeOf(event['more']).toEqualTypeOf<unknown>()
    }
    if (event.type === 'other') expectTypeOf(event.a).toEqualTypeOf<number>()
    if (event.type === 'rest') {
      expectTypeOf(event.a).toEqualTypeOf<number>()
      expectTypeOf(event['more']).toEqualTypeOf<string | undefined>()
    }
  }
})

test('without the option, nothing changes', () => {
  expectTypeOf(new VecTrade()).toEqualTypeOf<VecTrade>()
  expectTypeOf(new VecTrade().ai.stream('p')).toEqualTypeOf<AnalysisStream>()
  expectTypeOf(AnalysisStream.from([{ type: 'text', content: '' }])).toEqualTypeOf<AnalysisStream>()
  expectTypeOf<AnalysisStream>().toExtend<AsyncIterable<StreamEvent>>()
  expectTypeOf(client.ai.stream('p').toResponse()).toEqualTypeOf<Response>()
})

test('a client with types of its own fits where any client does', () => {
  expectTypeOf(createHandler).toBeCallableWith({ client })
  createHandler({ client })
})

test('a source yields only events of the types', () => {
  createHandler({
    events,
    async *source() {
      yield { type: 'chart', content: '', points: [1] }
      yield { type: 'text', content: 'Hi' }
    },
  })
  createHandler({
    events,
    // @ts-expect-error -- the points are numbers
    source: () => [{ type: 'chart', content: '', points: ['1'] }],
  })
  createHandler({
    // @ts-expect-error -- no one has registered this type
    source: () => [{ type: 'chart', content: '', points: [1] }],
  })
})
