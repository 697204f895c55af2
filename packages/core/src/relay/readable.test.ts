import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Body, complete, sse, text } from '../test-support/body.ts'
import {
  ConfigurationError,
  fromReadableStream,
  fromResponse,
  StreamConsumedError,
  type StreamEvent,
  toReadableStream,
  toResponse,
} from '../index.ts'

const read = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text()

afterEach(() => void vi.useRealTimers())

describe('a relay', () => {
  test('sends the events, then [DONE]', async () => {
    const stream = fromReadableStream(new Body(complete).stream)
    expect(await read(toReadableStream(stream))).toBe(complete.join(''))
  })

  test('sends the events of any async iterable', async () => {
    async function* events(): AsyncGenerator<StreamEvent> {
      yield { type: 'text', content: 'a\nb' }
      yield {
        type: 'unknown',
        content: '',
        wireType: 'chart',
        data: { type: 'chart', points: [1] },
      }
    }
    expect(await read(toReadableStream(events()))).toBe(
      'data: {"type":"text","content":"a\\nb"}\n\ndata: {"type":"chart","points":[1]}\n\ndata: [DONE]\n\n',
    )
  })

  test('is read again as the same events', async () => {
    const all = [
      sse(text('é'), { type: 'chart', x: [1] }, { type: 'metadata', model: 'm', n: { a: 1 } }),
      ...complete,
    ]
    const direct = await Array.fromAsync(fromReadableStream(new Body(all).stream))
    const relayed = fromResponse(toResponse(fromReadableStream(new Body(all).stream)))
    expect(await Array.fromAsync(relayed)).toEqual(direct)
  })

  test('sends the name of an event whose data has no type', async () => {
    const wire = 'event: chart\ndata: {"x":1}\n\nevent: n\ndata: {"type":"own"}\n\n'
    const relayed = fromResponse(
      toResponse(fromReadableStream(new Body([wire, ...complete]).stream)),
    )
    expect((await Array.fromAsync(relayed)).slice(0, 2)).toEqual([
      { type: 'unknown', content: '', wireType: 'chart', data: { x: 1 } },
      { type: 'unknown', content: '', wireType: 'own', data: { type: 'own' } },
    ])
    async function* hostile(): AsyncGenerator<StreamEvent> {
      yield { type: 'unknown', content: '', wireType: 'a\ndata: b', data: 1 }
    }
    expect(await read(toReadableStream(hostile()))).toBe(
      'event: a\uFFFDdata: b\ndata: 1\n\ndata: [DONE]\n\n',
    )
  })

  test('does not turn a named event into an error if its name cannot be sent', async () => {
    const wire = 'event: a\0b\ndata: {"error":{"type":"server_error"}}\n\n'
    const relayed = fromResponse(
      toResponse(fromReadableStream(new Body([wire, ...complete]).stream)),
    )
    expect((await Array.fromAsync(relayed))[0]).toMatchObject({ wireType: 'a\uFFFDb' })
  })

  test('takes one event for each read, and none ahead', async () => {
    let taken = 0
    async function* events(): AsyncGenerator<StreamEvent> {
      for (;;) {
        taken += 1
        yield { type: 'text', content: 'x' }
      }
    }
    const reader = toReadableStream(events()).getReader()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(taken).toBe(0)
    await reader.read()
    await reader.read()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(taken).toBe(2)
    await reader.cancel()
  })

  test('ends the source when it is cancelled, even during a read', async () => {
    const body = new Body([sse(text('a'))], 'hang')
    const reader = toReadableStream(fromReadableStream(body.stream)).getReader()
    await reader.read()
    const pending = reader.read()
    await reader.cancel()
    expect((await pending).done).toBe(true)
    expect(body.cancelled).toBe(1)
    expect(body.stream.locked).toBe(false)
  })

  test('does not wait for the source when it is cancelled, and leaves no timer', async () => {
    vi.useFakeTimers()
    async function* silent(): AsyncGenerator<StreamEvent> {
      await new Promise(() => {})
      yield { type: 'text', content: 'never' }
    }
    const reader = toReadableStream(silent()).getReader()
    const pending = reader.read()
    await vi.advanceTimersByTimeAsync(10)
    expect(vi.getTimerCount()).toBe(1)
    await reader.cancel()
    expect((await pending).done).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('works with iterators that return no promises, or throw', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    process.on('uncaughtException', note)
    const returns: (() => unknown)[] = [
      () => {
        throw new Error('secret')
      },
      () => ({ done: true }),
      () => Promise.reject(new Error('secret')),
    ]
    for (const leave of returns) {
      const given = [{ done: false, value: { type: 'text', content: 'a' } }, { done: true }]
      const source = {
        [Symbol.asyncIterator]: () => ({ next: () => given.shift(), return: leave }),
      } as unknown as AsyncIterable<StreamEvent>
      expect(await read(toReadableStream(source))).toBe(sse(text('a')) + 'data: [DONE]\n\n')
      const silent = {
        [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: leave }),
      } as unknown as AsyncIterable<StreamEvent>
      const controller = new AbortController()
      const reading = read(toReadableStream(silent, { signal: controller.signal }))
      await new Promise((resolve) => setTimeout(resolve, 5))
      controller.abort()
      expect(await reading).toContain('event: error')
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', note)
    process.off('uncaughtException', note)
    expect(unhandled).toEqual([])
  })

  test('sends an error event for an event that cannot be encoded, after those before it, and ends its source', async () => {
    const deep = '['.repeat(20_000) + ']'.repeat(20_000)
    const other = (n: number): string => `data: {"type":"new","n":${n}}\n\n`
    const body = new Body(
      [`${other(1)}${other(2)}data: {"type":"x","a":${deep}}\n\n${other(3)}`],
      'hang',
    )
    const { signal } = new AbortController()
    const sent = await read(toReadableStream(fromReadableStream(body.stream), { signal }))
    expect(sent.startsWith(`${other(1)}${other(2)}event: error\n`)).toBe(true)
    expect(sent.match(/^data: /gm)).toHaveLength(3)
    expect(body.cancelled).toBe(1)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('ends without [DONE] if the stream is cancelled elsewhere', async () => {
    const stream = fromReadableStream(new Body([sse(text('a'))], 'hang').stream)
    const reader = stream.toReadableStream().getReader()
    await reader.read()
    await stream.cancel()
    expect(await reader.read()).toEqual({ done: true, value: undefined })
  })

  test('throws for a used stream', async () => {
    const stream = fromReadableStream(new Body(complete).stream)
    await stream.finalText()
    expect(() => toReadableStream(stream)).toThrow(StreamConsumedError)
    expect(() => toResponse(stream)).toThrow(StreamConsumedError)
  })
})

describe('toResponse', () => {
  test('has the headers of an event stream, and the given ones', () => {
    const headers = {
      'x-own': '1',
      'content-type': 'text/plain',
      'content-length': '5',
      'content-encoding': 'gzip',
    }
    const response = toResponse(fromReadableStream(new Body(complete).stream), {
      status: 201,
      headers,
    })
    expect(response.status).toBe(201)
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'no-cache, no-transform',
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'x-own': '1',
    })
  })

  test('does not send given headers about another connection or another body', () => {
    const headers = new Headers({
      'accept-ranges': 'bytes',
      age: '9',
      connection: 'close, X-Hop ,x-other',
      'content-digest': 'sha-256=:AA==:',
      'content-md5': 'AA==',
      'content-range': 'bytes 0-1/2',
      etag: '"a"',
      'keep-alive': 'timeout=5',
      'last-modified': 'Sat, 28 Nov 2026 12:00:00 GMT',
      'proxy-authenticate': 'Basic',
      'proxy-connection': 'close',
      'proxy-status': 'kept.example',
      te: 'trailers',
      trailer: 'x-sum',
      'transfer-encoding': 'gzip, chunked',
      upgrade: 'h2,h2c',
      vary: 'Cookie',
      'x-hop': '1',
      'x-other': '2',
    })
    headers.append('set-cookie', 'a=1')
    headers.append('set-cookie', 'b=2')
    const response = toResponse(fromReadableStream(new Body(complete).stream), { headers })
    expect([...response.headers]).toEqual([
      ['cache-control', 'no-cache, no-transform'],
      ['content-type', 'text/event-stream; charset=utf-8'],
      ['proxy-status', 'kept.example'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['vary', 'Cookie'],
      ['x-accel-buffering', 'no'],
    ])
  })

  test('takes the status, status text and headers of a response', () => {
    const init = new Response(null, { status: 203, statusText: 'Said', headers: { 'x-own': '1' } })
    const response = toResponse(fromReadableStream(new Body(complete).stream), init)
    expect([response.status, response.statusText]).toEqual([203, 'Said'])
    expect(response.headers.get('x-own')).toBe('1')
  })

  test.for<[string, unknown]>([
    ['heartbeat', { heartbeat: null }],
    ['heartbeat', { heartbeat: '15000' }],
    ['signal', { signal: null }],
    ['signal', { signal: new AbortController() }],
    ['status', { status: 204 }],
    ['status', { status: 99 }],
    ['status', { status: '200' }],
    ['statusText', { statusText: 'a\nb' }],
    ['statusText', { statusText: null }],
    ['headers', { headers: null }],
    ['headers', { headers: { 'x-a': undefined } }],
    ['must be an object', null],
    ['must be an object', 'text'],
  ])('names a wrong option and does not use the stream: %s in %j', async ([name, options]) => {
    const stream = fromReadableStream(new Body(complete).stream)
    const make = (): unknown => toResponse(stream, options as object)
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow(name)
    if (!['status', 'statusText', 'headers'].includes(name)) {
      expect(() => toReadableStream(stream, options as object)).toThrow(ConfigurationError)
    }
    expect(await stream.finalText()).toBe('Héllo world')
  })

  test('returns at once', () => {
    const never = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) })
    expect(toResponse(fromReadableStream(never)).status).toBe(200)
  })
})
