import { describe, expect, test, vi } from 'vitest'
import type { AnalysisStream } from './stream.ts'
import { Body, catchError, cite, complete, DONE, done, sse, text } from '../test-support/body.ts'
import {
  RateLimitError,
  StreamConsumedError,
  StreamInterruptedError,
  StreamProtocolError,
  fromReadableStream,
  fromResponse,
} from '../index.ts'

describe('an answer', () => {
  test('is read as events', async () => {
    const events = await Array.fromAsync(fromReadableStream(new Body(complete).stream))
    expect(events).toEqual([
      { type: 'text', content: 'Héllo ' },
      { type: 'citation', content: '', source: 'a', url: 'https://e/a' },
      { type: 'text', content: 'world' },
      { type: 'metadata', content: '', model: 'm' },
      { type: 'done', content: '', usage: { prompt_tokens: 1, completion_tokens: 2 } },
    ])
  })

  test('is read as text', async () => {
    const pieces = await Array.fromAsync(fromReadableStream(new Body(complete).stream).textStream)
    expect(pieces).toEqual(['Héllo ', 'world'])
    expect(await fromReadableStream(new Body(complete).stream).finalText()).toBe('Héllo world')
  })

  test('is read as a whole by finalAnalysis()', async () => {
    const headers = { 'content-type': 'text/event-stream', 'x-request-id': 'r1' }
    const response = new Response(new Body(complete).stream, { headers })
    expect(await fromResponse(response).finalAnalysis()).toEqual({
      text: 'Héllo world',
      citations: [{ source: 'a', url: 'https://e/a' }],
      metadata: { model: 'm' },
      usage: { prompt_tokens: 1, completion_tokens: 2 },
      requestId: 'r1',
    })
  })

  test('that is longer does not cost more per event', async () => {
    // Copying all fields for each event would take minutes, and the test would time out.
    const fields = 100_000
    const events = Array.from({ length: fields }, (_, at) =>
      sse({ type: 'metadata', [`f${at}`]: at }),
    )
    const body = new Body([events.join(''), DONE])
    const { metadata } = await fromReadableStream(body.stream).finalAnalysis()
    expect(Object.keys(metadata)).toHaveLength(fields)
    expect(metadata['f0']).toBe(0)
  })

  test('keeps metadata named __proto__ as data', async () => {
    const body = new Body(['data: {"type":"metadata","__proto__":{"x":1}}\n\n', DONE])
    const { metadata } = await fromReadableStream(body.stream).finalAnalysis()
    expect(Object.hasOwn(metadata, '__proto__')).toBe(true)
    expect(metadata['x']).toBeUndefined()
  })

  test.for<[string, string[]]>([
    ['done', [sse(text('a'), done)]],
    ['[DONE]', [sse(text('a')), DONE]],
    ['done and [DONE]', [sse(text('a'), done), DONE]],
    ['done and [DONE] in one chunk', [sse(text('a'), done) + DONE]],
  ])('ends at %s while the socket stays open', async ([, chunks]) => {
    const body = new Body(chunks, 'hang')
    expect(await fromReadableStream(body.stream).finalText()).toBe('a')
    expect(body.cancelled).toBe(1)
  })

  test('is read to the end of its body, so that its connection can be used again', async () => {
    const body = new Body([sse(text('a'), done), DONE])
    await fromReadableStream(body.stream).finalText()
    expect(body.pulled).toBe(3)
    expect(body.cancelled).toBe(0)
    expect(body.stream.locked).toBe(false)
  })

  test('that is followed by much more is not read to the end of its body', async () => {
    const body = new Body([
      sse(text('a'), done),
      ...Array.from({ length: 1000 }, () => sse(text('b'))),
    ])
    expect(await fromReadableStream(body.stream).finalText()).toBe('a')
    expect(body.pulled).toBeLessThan(20)
    expect(body.cancelled).toBe(1)
  })

  test('is complete even if its connection fails after the end', async () => {
    const body = new Body([sse(text('a'), done)], new TypeError('terminated'))
    expect(await fromReadableStream(body.stream).finalText()).toBe('a')
  })
})

function read(chunks: string[], after: 'end' | Error = 'end'): Promise<unknown> {
  return catchError(fromReadableStream(new Body(chunks, after).stream).finalText())
}

describe('a broken answer', () => {
  test.for<[string, 'end' | Error]>([
    ['ends', 'end'],
    ['fails', new TypeError('terminated')],
  ])(
    'is interrupted if its body %s early, and its error has the partial answer',
    async ([, after]) => {
      const error = await read(
        ['id: 7\n' + sse(text('Hel'), cite('a')), sse(text('lo')).slice(0, -1)],
        after,
      )
      expect(error).toBeInstanceOf(StreamInterruptedError)
      expect(error).toMatchObject({
        partial: { text: 'Hel', citations: [{ source: 'a' }], lastEventId: '7' },
      })
    },
  )

  test('is interrupted if its body is empty', async () => {
    expect(await read([])).toBeInstanceOf(StreamInterruptedError)
  })

  test('gives its events before its failure', async () => {
    const seen: string[] = []
    const stream = fromReadableStream(new Body([sse(text('a'), text('b'))]).stream)
    const error = await catchError(
      (async () => {
        for await (const event of stream) seen.push(event.content)
      })(),
    )
    expect(seen).toEqual(['a', 'b'])
    expect(error).toBeInstanceOf(StreamInterruptedError)
  })

  test.for<[string, string]>([
    [
      'event: error',
      'event: error\ndata: {"error":{"type":"rate_limit_error","message":"Said","retry_after":3}}\n\n',
    ],
    [
      'type: error',
      'data: {"type":"error","error":{"type":"rate_limit_error","message":"Said","retry_after":3}}\n\n',
    ],
    [
      'both',
      'event: error\ndata: {"type":"error","error_code":"rate_limit_error","message":"Said","retry_after":3}\n\n',
    ],
  ])('throws the error of an error event (%s)', async ([, event]) => {
    const error = await read([sse(text('a')), event, DONE])
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({
      message: 'Said',
      retryAfter: 3,
      status: undefined,
      partial: { text: 'a' },
    })
  })

  test('throws for an error event with the data [DONE]', async () => {
    expect(await read(['event: error\ndata: [DONE]\n\n'])).toMatchObject({ name: 'APIError' })
  })

  test('throws an API error for an error event that is not JSON', async () => {
    expect(await read(['event: error\ndata: it broke\n\n'])).toMatchObject({ name: 'APIError' })
  })

  test.for([
    'data: {"type":"text","content":"secret\n\n',
    'data: <html>secret</html>\n\n',
    'event: message\ndata: secret\n\n',
  ])('throws for data that is not JSON, without quoting it: %j', async (event) => {
    const body = new Body([sse(text('a')), event], 'hang')
    const error = await catchError(fromReadableStream(body.stream).finalText())
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(error).toMatchObject({ partial: { text: 'a' } })
    expect(String(error)).not.toContain('secret')
    expect(body.cancelled).toBe(1)
  })

  test('is not one with unknown events, which are passed on', async () => {
    const body = new Body([sse({ type: 'chart', points: [1] }) + 'event: ping\ndata: 1\n\n', DONE])
    expect(await Array.fromAsync(fromReadableStream(body.stream))).toEqual([
      { type: 'unknown', content: '', wireType: 'chart', data: { type: 'chart', points: [1] } },
      { type: 'unknown', content: '', wireType: 'ping', data: 1 },
    ])
  })
})

describe('reading', () => {
  test('pulls no chunk before the first read, and none ahead', async () => {
    const body = new Body([sse(text('a'), text('b')), sse(text('c')), DONE])
    const iterator = fromReadableStream(body.stream)[Symbol.asyncIterator]()
    await Promise.resolve()
    expect(body.pulled).toBe(0)
    await iterator.next()
    await iterator.next()
    expect(body.pulled).toBe(1)
    await iterator.next()
    expect(body.pulled).toBe(2)
    await iterator.return?.()
  })

  test('decodes no event before it is taken', async () => {
    const parse = vi.spyOn(JSON, 'parse')
    const body = new Body([sse(text('a')).repeat(100_000)], 'hang')
    for await (const event of fromReadableStream(body.stream)) {
      expect(event.content).toBe('a')
      break
    }
    expect(parse).toHaveBeenCalledTimes(1)
    expect(body.pulled).toBe(1)
    expect(body.cancelled).toBe(1)
    parse.mockRestore()
  })

  test('concurrently returns each event once, in order', async () => {
    const iterator = fromReadableStream(new Body(complete).stream)[Symbol.asyncIterator]()
    const results = await Promise.all(Array.from({ length: 7 }, () => iterator.next()))
    expect(results.map(({ value }) => value?.type)).toEqual([
      'text',
      'citation',
      'text',
      'metadata',
      'done',
      undefined,
      undefined,
    ])
  })

  test('concurrently throws a failure once', async () => {
    const iterator = fromReadableStream(new Body([sse(text('a'))]).stream)[Symbol.asyncIterator]()
    const results = await Promise.allSettled([iterator.next(), iterator.next(), iterator.next()])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  test.for<[string, (stream: AnalysisStream) => unknown]>([
    ['for await', (stream) => stream[Symbol.asyncIterator]()],
    ['textStream', (stream) => stream.textStream[Symbol.asyncIterator]()],
    ['finalText', (stream) => stream.finalText()],
    ['finalAnalysis', (stream) => stream.finalAnalysis()],
    ['tee', (stream) => stream.tee()],
    ['toReadableStream', (stream) => stream.toReadableStream()],
    ['toResponse', (stream) => stream.toResponse()],
  ])('throws if the stream is used already: %s', async ([, use]) => {
    const stream = fromReadableStream(new Body(complete).stream)
    await stream.finalText()
    const error = await catchError((async () => use(stream))())
    expect(error).toBeInstanceOf(StreamConsumedError)
  })

  test('the getter textStream alone does not use the stream', async () => {
    const stream = fromReadableStream(new Body(complete).stream)
    expect(stream.textStream).toBeDefined()
    expect(await stream.finalText()).toBe('Héllo world')
  })
})
