import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  AnalysisStream,
  createHandler,
  fromReadableStream,
  fromResponse,
  memoryStore,
  StreamProtocolError,
  VecTrade,
} from '../index.ts'
import { bodyOf, utf8 } from '../test-support/decoding.ts'
import { catchError } from '../test-support/body.ts'
import { post, stream } from '../test-support/serve.ts'

const events = { chart: z.object({ points: z.array(z.number()) }), note: true } as const
const chart = { type: 'chart' as const, content: '' as const, points: [1, 2] }
const wire = 'data: {"type":"chart","points":[1,2]}\n\n'
const wrong = 'data: {"type":"chart","points":["x"]}\n\n'
const end = 'data: [DONE]\n\n'
const url = 'https://app.example/api/analyze'

/** A client that always gets the same answer. */
function clientOf<const Types extends typeof events | undefined>(
  answer: string,
  types: Types,
): VecTrade<NonNullable<Types>> {
  return new VecTrade({
    endpoint: url,
    events: types,
    fetch: async () => stream(answer),
  }) as never
}

describe('every way to a stream knows the types', () => {
  test.for([
    ['a client', () => clientOf(wire + end, events).ai.stream('p')],
    ['a call', () => clientOf(wire + end, undefined).ai.stream('p', { events })],
    ['a resumed stream', () => clientOf(wire + end, events).ai.resume('id')],
    ['fromResponse', () => fromResponse(stream(wire + end), { events })],
    ['fromReadableStream', () => fromReadableStream(bodyOf([utf8(wire + end)]), { events })],
    ['AnalysisStream.from', () => AnalysisStream.from([chart], { events })],
  ] as const)('%s', async ([, open]) => {
    const seen = []
    for await (const event of open()) {
      seen.push(event)
      if (event.type === 'chart') break
    }
    expect(seen).toEqual([chart])
  })
})

test('without the types, the event is unknown', async () => {
  for await (const event of clientOf(wire + end, undefined).ai.stream('p')) {
    expect(event).toMatchObject({ type: 'unknown', wireType: 'chart' })
  }
})

test('an event that does not match ends the stream, which keeps what had arrived', async () => {
  const answer = `data: {"type":"text","content":"Hi"}\n\n${wrong}${end}`
  const error = await catchError(clientOf(answer, events).ai.stream('p').finalText())
  expect(error).toBeInstanceOf(StreamProtocolError)
  expect(error).toMatchObject({ partial: { text: 'Hi' } })
  expect(String(error)).toContain('at points.0')
})

test.for([undefined, memoryStore()])(
  'a source, its endpoint and a page share them',
  async (store) => {
    const handler = createHandler({
      events,
      store,
      heartbeat: 0,
      async *source() {
        yield { type: 'text', content: 'Hi' }
        yield { type: 'chart', content: '', points: [1, 2] }
        yield { type: 'note', content: '', by: 'me' }
      },
    })
    const page = new VecTrade({
      endpoint: url,
      events,
      fetch: (address, init) => handler(new Request(address, init)),
    })
    const seen = []
    for await (const event of page.ai.stream('p')) {
      if (event.type === 'chart') seen.push(event.points)
      else if (event.type === 'note') seen.push(event['by'])
      else seen.push(event.type)
    }
    expect(seen).toEqual(['text', [1, 2], 'me', 'done'])
  },
)

test('an endpoint with a client checks what VecTrade sends', async () => {
  for (const [answer, isGood] of [
    [wire, true],
    [wrong, false],
  ] as const) {
    const client = new VecTrade({ apiKey: 'vq_x', fetch: async () => stream(answer + end) })
    const handler = createHandler({ client, events })
    const text = await (await handler(post({ prompt: 'p' }))).text()
    expect(text.includes(isGood ? wire : 'event: error')).toBe(true)
    expect(text.includes('DONE')).toBe(isGood)
  }
})

test('a source that yields a wrong one names the fault, and reports it', async () => {
  const errors: unknown[] = []
  const handler = createHandler({
    events,
    onError: (error) => errors.push(error),
    source: () => [{ type: 'chart', content: '', points: ['x'] } as never],
  })
  expect((await handler(post({ prompt: 'p' }))).status).toBe(502)
  expect(String(errors)).toContain('An event of the type "chart" does not match its validator')
})
