import { describe, expect, test } from 'vitest'
import { fromReadableStream, type StreamEvent, StreamProtocolError } from '../index.ts'
import { Body, catchError, done, DONE, sse, text } from '../test-support/body.ts'

/** Reads frames between a text and an end, directly and through a relay. */
async function read(frames: string): Promise<StreamEvent[]> {
  const chunks = [sse(text('a')) + frames, sse(text('b'), done)]
  const events = await Array.fromAsync(fromReadableStream(new Body(chunks).stream))
  const relayed = fromReadableStream(new Body(chunks).stream).toReadableStream()
  expect(await Array.fromAsync(fromReadableStream(relayed))).toEqual(events)
  return events.slice(1, -2)
}

const unknown = (wireType: string, data: unknown): StreamEvent => ({
  type: 'unknown',
  content: '',
  wireType,
  data,
})

describe('a frame without an event', () => {
  test.for([
    'data:\n\n',
    'data\n\n',
    'data: \n\n',
    'data:\ndata:\n\n',
    'id: 7\ndata:\n\n',
    'id: 7\n\n',
    'event: ping\ndata:\n\n',
    'event: message\ndata:\n\n',
    'event: error\ndata:\n\n',
    'retry: 100\ndata:\n\n',
    ': comment\n\n',
  ])('is skipped: %j', async (frame) => {
    expect(await read(frame)).toEqual([])
  })

  test('sets the last event ID', async () => {
    const body = new Body([`id: 4\n${sse(text('a'))}`, 'id: 5\ndata:\n\n', DONE])
    const stream = fromReadableStream(body.stream)
    expect(await stream.finalText()).toBe('a')
    expect(stream.lastEventId).toBe('5')
  })

  test('is skipped at the beginning of the answer', async () => {
    const body = new Body(['id: 0\ndata:\n\n', sse(text('a')), DONE])
    expect(await fromReadableStream(body.stream).finalText()).toBe('a')
  })
})

describe('a named event', () => {
  test.for([
    ['event: ping\ndata: 2026-11-28T10:00:00Z\n\n', unknown('ping', '2026-11-28T10:00:00Z')],
    ['event: text\ndata: not JSON\n\n', unknown('text', 'not JSON')],
    ['event: log\ndata: two\ndata: lines\n\n', unknown('log', 'two\nlines')],
    ['event: ping\ndata: 7\n\n', unknown('ping', 7)],
    [
      'event: audit\ndata: {"error":{"type":"server_error"}}\n\n',
      unknown('audit', { error: { type: 'server_error' } }),
    ],
    [
      'event: audit\ndata: {"error_code":"x","message":"m"}\n\n',
      unknown('audit', { error_code: 'x', message: 'm' }),
    ],
    ['event: text\ndata: {"type":"text","content":"c"}\n\n', { type: 'text', content: 'c' }],
  ] as const)('is an event, whatever its data: %j', async ([frame, event]) => {
    expect(await read(frame)).toEqual([event])
  })

  test.for(['data: {', 'event: message\ndata: {'])(
    'is the only one whose data need not be JSON: %j',
    async (frame) => {
      expect(await catchError(read(`${frame}\n\n`))).toBeInstanceOf(StreamProtocolError)
    },
  )
})

describe('an error payload without `type`', () => {
  test.for([
    [{ error: { type: 'rate_limit_error', message: 'Said' } }, 'RateLimitError'],
    [{ error: 'token_quota_exceeded', message: 'Said' }, 'QuotaExceededError'],
    [{ error_code: 'invalid_api_key', message: 'Said' }, 'AuthenticationError'],
    [{ error: {}, message: 'Said' }, 'APIError'],
  ] as const)('ends the answer: %j', async ([payload, name]) => {
    for (const line of ['', 'event: message\n', 'event: error\n']) {
      const chunks = [sse(text('a')), `${line}${sse(payload)}`, DONE]
      const error = await catchError(fromReadableStream(new Body(chunks).stream).finalText())
      expect(error).toMatchObject({ name, status: undefined, partial: { text: 'a' } })
      const relayed = fromReadableStream(new Body(chunks).stream).toReadableStream()
      expect(await catchError(fromReadableStream(relayed).finalText())).toMatchObject({ name })
    }
  })

  test('is not quoted if it is not JSON', async () => {
    const body = new Body([sse(text('a')), 'event: error\ndata: secret\n\n'])
    const error = await catchError(fromReadableStream(body.stream).finalText())
    expect(error).toMatchObject({ name: 'APIError', partial: { text: 'a' } })
    expect(String(error)).not.toContain('secret')
  })

  test.for([
    { type: 'chart', error: { type: 'x' } },
    { error: 'a sentence' },
    { error: null, message: 'm' },
  ])('is not every payload with an `error` field: %j', async (payload) => {
    const wireType = payload.type ?? ''
    expect(await read(sse(payload))).toEqual([unknown(wireType, payload)])
  })
})
