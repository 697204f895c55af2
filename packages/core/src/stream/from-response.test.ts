import { describe, expect, test } from 'vitest'
import { Body, catchError, complete } from '../test-support/body.ts'
import {
  type AnalysisStream,
  ConfigurationError,
  fromReadableStream,
  NotFoundError,
  StreamConsumedError,
  StreamProtocolError,
  fromResponse,
} from '../index.ts'

describe('fromResponse', () => {
  test.for([
    'text/event-stream',
    'text/event-stream;',
    'text/event-stream;charset=UTF-8',
    'text/event-stream;charset=windows-1252',
    'TEXT/Event-Stream; charset=utf-8',
  ])('accepts content type %j', async (type) => {
    const response = new Response(new Body(complete).stream, { headers: { 'content-type': type } })
    expect(await fromResponse(response).finalText()).toBe('Héllo world')
  })

  test.for(['text/x-bogus', 'x bogus', 'text/html', 'text/event-streamx', 'application/json'])(
    'names a wrong content type and closes the body: %j',
    async (type) => {
      const body = new Body(complete, 'hang')
      const response = new Response(body.stream, { headers: { 'content-type': type } })
      const error = await catchError(fromResponse(response).finalText())
      expect(error).toBeInstanceOf(StreamProtocolError)
      expect(String(error)).toContain(type)
      expect(body.cancelled).toBe(1)
    },
  )

  test.for([204, 205, 210])('refuses status %i', async (status) => {
    const headers = { 'content-type': 'text/event-stream' }
    const response = new Response(status < 210 ? null : new Body(complete).stream, {
      status,
      headers,
    })
    const error = await catchError(fromResponse(response).finalText())
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(String(error)).toContain(String(status))
  })

  test('says what to do about a missing body', async () => {
    const response = new Response(null, { headers: { 'content-type': 'text/event-stream' } })
    expect(String(await catchError(fromResponse(response).finalText()))).toContain('expo/fetch')
  })

  test('cancel() closes a body that was never read', async () => {
    const body = new Body(complete)
    const headers = { 'content-type': 'text/event-stream' }
    await fromResponse(new Response(body.stream, { headers })).cancel()
    expect(body.cancelled).toBe(1)
  })

  test.for([{ idleTimeout: Number.NaN }, { heartbeatTimeout: -1 }, { maxEventBytes: 0 }])(
    'refuses wrong limits and does not touch the body: %j',
    (limits) => {
      const { stream } = new Body(complete)
      const headers = { 'content-type': 'text/event-stream' }
      const options = { signal: AbortSignal.abort(), ...limits }
      expect(() => fromReadableStream(stream, limits)).toThrow(ConfigurationError)
      expect(() => fromReadableStream(stream, options)).toThrow(ConfigurationError)
      expect(() => fromResponse(new Response(stream, { headers }), limits)).toThrow(
        ConfigurationError,
      )
      expect(stream.locked).toBe(false)
    },
  )

  test.for([{ signal: null }, { signal: {} }, { idleTimeout: '5' }, 'text', null])(
    'refuses wrong options and does not touch the body: %j',
    (given) => {
      const options = given as object
      const { stream } = new Body(complete)
      const headers = { 'content-type': 'text/event-stream' }
      expect(() => fromReadableStream(stream, options)).toThrow(ConfigurationError)
      expect(() => fromResponse(new Response(stream, { headers }), options)).toThrow(
        ConfigurationError,
      )
      expect(stream.locked).toBe(false)
    },
  )

  test('refuses a value that is not a response', () => {
    for (const given of [undefined, null, Promise.resolve(new Response('')), {}, 'text']) {
      expect(() => fromResponse(given as Response)).toThrow(ConfigurationError)
      expect(() => fromResponse(given as Response)).toThrow('`response`')
    }
  })

  test('throws StreamConsumedError for a used body', async () => {
    const response = new Response('x', { headers: { 'content-type': 'text/event-stream' } })
    await response.text()
    expect(await catchError(fromResponse(response).finalText())).toBeInstanceOf(StreamConsumedError)
  })
})

describe('the response', () => {
  test('has the status, request id and rate limits of the headers', async () => {
    const headers = {
      'content-type': 'text/event-stream',
      'x-request-id': 'r1',
      'x-vq-ratelimit-limit': '60',
      'x-vq-ratelimit-remaining': '59',
      'x-vq-ratelimit-reset': '1795305600',
      'x-vq-quota-limit': '1000',
      'x-vq-quota-remaining': 'many',
    }
    const stream = fromResponse(new Response(new Body(complete).stream, { headers }))
    const response = await stream.response
    expect(response).toMatchObject({
      status: 200,
      requestId: 'r1',
      rateLimit: {
        limit: 60,
        remaining: 59,
        reset: 1_795_305_600,
        quotaLimit: 1000,
        quotaRemaining: undefined,
      },
    })
    expect(response.headers.get('x-request-id')).toBe('r1')
    expect(await stream.finalText()).toBe('Héllo world')
  })

  test('rejects with the error of the stream', async () => {
    const stream = fromResponse(Response.json({}, { status: 404 }))
    expect(await catchError(stream.response)).toBeInstanceOf(NotFoundError)
    expect(await catchError(stream.finalText())).toBeInstanceOf(NotFoundError)
  })
})

describe('fromReadableStream', () => {
  test('refuses a value that is not a body', () => {
    for (const given of [undefined, null, new Response(''), {}, 'text']) {
      expect(() => fromReadableStream(given as never)).toThrow(ConfigurationError)
      expect(() => fromReadableStream(given as never)).toThrow('`body`')
    }
  })

  test('locks the body at once', async () => {
    const body = new Body(complete)
    const stream = fromReadableStream(body.stream)
    expect({ locked: body.stream.locked, pulled: body.pulled }).toEqual({ locked: true, pulled: 0 })
    expect(await stream.finalText()).toBe('Héllo world')
    expect(body.stream.locked).toBe(false)
  })

  test('accepts a body that is unlocked before the first read', async () => {
    const body = new Body(complete)
    const reader = body.stream.getReader()
    const stream = fromReadableStream(body.stream)
    reader.releaseLock()
    expect(await stream.finalText()).toBe('Héllo world')
  })

  test.for([AbortSignal.abort(), undefined])(
    'cancel() closes a body that was never read, with signal %o',
    async (signal) => {
      const body = new Body(complete)
      await fromReadableStream(body.stream, { signal }).cancel()
      expect({ locked: body.stream.locked, cancelled: body.cancelled }).toEqual({
        locked: false,
        cancelled: 1,
      })
    },
  )
})

test.for<[string, (body: ReadableStream<Uint8Array>, events: never) => AnalysisStream]>([
  ['fromReadableStream', (body, events) => fromReadableStream(body, { events })],
  [
    'fromResponse',
    (body, events) =>
      fromResponse(new Response(body, { headers: { 'content-type': 'text/event-stream' } }), {
        events,
      }),
  ],
])('%s closes the body if an event type cannot be used', async ([, open]) => {
  const body = new Body(complete, 'hang')
  const stream = open(body.stream, { text: true } as never)
  expect(await catchError(stream.finalText())).toBeInstanceOf(ConfigurationError)
  expect(body.cancelled).toBe(1)
  expect(body.stream.locked).toBe(false)
})
