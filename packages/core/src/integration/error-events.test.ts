import { describe, expect, test } from 'vitest'
import { catchError } from '../test-support/body.ts'
import {
  ConfigurationError,
  ConnectionError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
  StreamInterruptedError,
  TimeoutError,
  fromReadableStream,
  fromResponse,
  toReadableStream,
  toResponse,
  type StreamEvent,
} from '../index.ts'

const read = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text()

async function* failing(error: unknown): AsyncGenerator<StreamEvent> {
  yield { type: 'text', content: 'a' }
  throw error
}

describe('an error of the source', () => {
  const api = new RateLimitError({
    message: 'Slow down',
    type: 'rate_limit_error',
    retryable: true,
    requestId: 'r1',
    docsUrl: 'https://d',
    retryAfter: 7,
  })

  test('becomes an error event, and the stream ends normally', async () => {
    expect(await read(toReadableStream(failing(api)))).toBe(
      'data: {"type":"text","content":"a"}\n\nevent: error\ndata: {"error":{"type":"rate_limit_error",' +
        '"message":"Slow down","docs_url":"https://d","retry_after":7},"request_id":"r1"}\n\n',
    )
  })

  test('is read as the same error, with the part that had arrived', async () => {
    const error = await catchError(fromReadableStream(toReadableStream(failing(api))).finalText())
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({
      message: 'Slow down',
      requestId: 'r1',
      retryAfter: 7,
      partial: { text: 'a' },
    })
  })

  test.for<[number, unknown, string]>([
    [503, { error: { type: 'overloaded_error' } }, 'ServiceUnavailableError'],
    [503, { error: { type: 'rate_limit_error' } }, 'ServiceUnavailableError'],
    [429, { error_code: 'too_many' }, 'RateLimitError'],
    [401, { error: { type: 'invalid_key' } }, 'AuthenticationError'],
    [418, { error: { type: 'teapot' } }, 'APIError'],
    [403, { error: { type: 'quota_exceeded' } }, 'QuotaExceededError'],
  ])('of the API is read with its class: %i %j', async ([status, payload, name]) => {
    const upstream = fromResponse(Response.json(payload, { status }))
    const error = await catchError(fromResponse(toResponse(upstream)).finalText())
    expect(error).toMatchObject({ name })
  })

  test.for<[unknown, typeof ServerError]>([
    [new ConnectionError('secret', 'connect'), ServiceUnavailableError],
    [new StreamInterruptedError(), ServiceUnavailableError],
    [new TimeoutError('idle', 1), ServiceUnavailableError],
    [new ConfigurationError('secret'), ServerError],
    [new Error('secret'), ServerError],
    ['secret', ServerError],
  ])('that is no API error is read as one: %s', async ([failure, expected]) => {
    const wire = await read(toReadableStream(failing(failure)))
    expect(wire).not.toContain('secret')
    const body = new Response(wire).body ?? new ReadableStream()
    const error = await catchError(fromReadableStream(body).finalText())
    expect((error as Error).constructor).toBe(expected)
  })
})

test.for([
  ['\uFEFFrate_limit_error', RateLimitError, RateLimitError],
  ['stream_interrupted\uFEFF', StreamInterruptedError, ServiceUnavailableError],
] as const)(
  'invisible characters around the name %o change nothing',
  async ([type, Direct, Relayed]) => {
    const body = `event: error\ndata: ${JSON.stringify({ error: { type } })}\n\n`
    const headers = { 'content-type': 'text/event-stream' }
    const answer = (): Response => new Response(body, { headers })
    expect(await catchError(fromResponse(answer()).finalText())).toBeInstanceOf(Direct)
    const relayed = toResponse(fromResponse(answer()))
    expect(await catchError(fromResponse(relayed).finalText())).toBeInstanceOf(Relayed)
  },
)

test('the headers of the response say nothing about an error inside the stream', async () => {
  const error = { type: 'rate_limit_error', retry_after: 3, status: 429 }
  const body = `event: error\ndata: ${JSON.stringify({ error })}\n\n`
  const headers = {
    'content-type': 'text/event-stream',
    'retry-after': '99',
    'x-should-retry': 'false',
  }
  const failure = await catchError(fromResponse(new Response(body, { headers })).finalText())
  expect(failure).toMatchObject({ retryAfter: 3, retryable: true })
})
