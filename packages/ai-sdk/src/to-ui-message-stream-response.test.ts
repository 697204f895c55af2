import { setImmediate as turn } from 'node:timers/promises'
import {
  AnalysisStream,
  type OtherEvent,
  RequestAbortedError,
  type StreamEvent,
} from '@vectrade/core'
import { countedSource } from '@vectrade/test-kit/counted-source'
import { describe, expect, test, vi } from 'vitest'
import { toUIMessageStreamResponse } from './to-ui-message-stream-response.ts'

const text: StreamEvent = { type: 'text', content: 'Hi' }
const chart = (price: unknown): OtherEvent => {
  const event = { type: 'chart', content: '', price } as const
  return event
}

async function chunksOf(response: Response): Promise<unknown[]> {
  const messages = (await response.text()).split('\n\n').filter((each) => each !== '')
  expect(messages.pop()).toBe('data: [DONE]')
  return messages.map((each) => JSON.parse(each.replace('data: ', '')) as unknown)
}

test('an answer in the protocol of useChat', async () => {
  const response = toUIMessageStreamResponse(
    countedSource([
      text,
      { type: 'citation', content: '', source: 'A', url: 'https://a.example/' },
      { type: 'chart', content: '', points: [1] },
      { type: 'metadata', content: '', model: 'm' },
      { type: 'done', content: '', usage: { total_tokens: 3 } },
    ]),
    { status: 201, headers: { 'x-mine': '1' } },
  )
  expect(response.status).toBe(201)
  expect(response.headers.get('x-mine')).toBe('1')
  expect(response.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1')
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(await chunksOf(response)).toEqual([
    { type: 'start' },
    { type: 'start-step' },
    { type: 'text-start', id: 'text-1' },
    { type: 'text-delta', id: 'text-1', delta: 'Hi' },
    { type: 'source-url', sourceId: 'citation-1', url: 'https://a.example/', title: 'A' },
    { type: 'text-end', id: 'text-1' },
    { type: 'data-chart', data: { points: [1] } },
    { type: 'finish-step' },
    {
      type: 'finish',
      finishReason: 'stop',
      messageMetadata: { model: 'm', usage: { total_tokens: 3 } },
    },
  ])
})

test('reads nothing ahead, and ends the answer if the page leaves', async () => {
  const source = countedSource([text, text, text])
  const reader = toUIMessageStreamResponse(source).body?.getReader()
  await reader?.read()
  await reader?.read()
  await turn()
  expect(source.taken).toBe(0)
  await reader?.read()
  await turn()
  expect(source.taken).toBe(1)
  await reader?.cancel()
  expect(source.returned).toBe(1)
})

test('tells that the answer has failed, but not why', async () => {
  const failed = countedSource([text], new Error('secret'))
  expect((await chunksOf(toUIMessageStreamResponse(failed))).at(-1)).toEqual({
    type: 'error',
    errorText: 'The answer has failed',
  })
  const told = countedSource([text], new Error('of mine'))
  const onError = (error: unknown): string => `It failed: ${(error as Error).message}`
  expect((await chunksOf(toUIMessageStreamResponse(told, { onError }))).at(-1)).toEqual({
    type: 'error',
    errorText: 'It failed: of mine',
  })
})

test('tells that the answer was cancelled', async () => {
  const stream = AnalysisStream.from(countedSource([text, text, text]))
  const reader = toUIMessageStreamResponse(stream)
    .body!.pipeThrough(new TextDecoderStream())
    .getReader()
  const firstText = 'data: {"type":"text-delta","id":"text-1","delta":"Hi"}\n\n'
  while ((await reader.read()).value !== firstText) {}
  await stream.cancel()
  let rest = ''
  for (let next = await reader.read(); !next.done; next = await reader.read()) rest += next.value
  expect(rest).toMatch(/data: \{"type":"abort"\}\n\ndata: \[DONE\]\n\n$/)
  expect(rest).not.toContain('finish')
})

test('tells that the answer was aborted', async () => {
  const aborted = countedSource([text], new RequestAbortedError())
  expect((await chunksOf(toUIMessageStreamResponse(aborted))).at(-1)).toEqual({ type: 'abort' })
})

describe('an event that cannot be sent', () => {
  const circular: { self?: object } = {}
  circular.self = circular
  const toJSON = (): never => {
    throw new Error('secret')
  }

  test.for<[string, StreamEvent | OtherEvent]>([
    ['a BigInt', chart(1n)],
    ['a circle', chart(circular)],
    ['a field that throws', chart({ toJSON })],
    ['no object', null as unknown as OtherEvent],
  ])('ends the answer and its source: %s', async ([, event]) => {
    const source = countedSource([text, event, text])
    const onError = vi.fn(() => 'Sorry')
    const chunks = await chunksOf(toUIMessageStreamResponse(source, { onError }))
    expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'Sorry' })
    expect(onError).toHaveBeenCalledTimes(1)
    expect(source.returned).toBe(1)
  })

  test('is named', async () => {
    const source = countedSource([chart(1n)])
    const onError = vi.fn<(error: unknown) => string>(() => 'Sorry')
    await chunksOf(toUIMessageStreamResponse(source, { onError }))
    expect(onError.mock.calls).toMatchObject([
      [
        {
          code: 'configuration_error',
          message: 'A chunk of the type data-chart cannot be written as JSON',
        },
      ],
    ])
  })
})

test('ends the source also if `onError` throws', async () => {
  const source = countedSource([chart(1n)])
  const onError = (): never => {
    throw new Error('of mine')
  }
  await expect(toUIMessageStreamResponse(source, { onError }).text()).rejects.toThrow('of mine')
  expect(source.returned).toBe(1)
})

test('reports nothing to `onError` after the page has left', async () => {
  let arrive = (): void => {}
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  async function* late(): AsyncGenerator<StreamEvent> {
    await arrived
    yield text
  }
  const onError = vi.fn(() => 'Sorry')
  const reader = toUIMessageStreamResponse(late(), { onError }).body?.getReader()
  for (let at = 0; at < 2; at += 1) await reader?.read()
  const pending = reader?.read()
  const cancelled = reader?.cancel()
  arrive()
  await Promise.all([pending, cancelled])
  expect(onError).not.toHaveBeenCalled()
})

test('does not end a source that has failed by itself', async () => {
  const source = countedSource([text], new Error('of mine'))
  await toUIMessageStreamResponse(source).text()
  expect(source.returned).toBe(0)
})

test.for<[string, boolean, () => AsyncGenerator<StreamEvent, void>]>([
  [
    'waits',
    true,
    async function* () {
      yield text
      await new Promise(() => {})
    },
  ],
  [
    'fails at its end',
    false,
    async function* () {
      try {
        yield text
      } finally {
        await Promise.reject(new Error('mine'))
      }
    },
  ],
])('a page that leaves does not wait for a source that %s', async ([, isReading, source]) => {
  const body = toUIMessageStreamResponse(source()).body as ReadableStream<Uint8Array>
  const reader = body.getReader()
  // Start, the step, the text and its first piece.
  for (let at = 0; at < 4; at += 1) await reader.read()
  if (isReading) void reader.read()
  await turn()
  expect(await reader.cancel()).toBeUndefined()
})
