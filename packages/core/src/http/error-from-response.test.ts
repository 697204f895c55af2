import { describe, expect, test, vi } from 'vitest'
import { ServiceUnavailableError } from '../index.ts'
import { errorFromResponse } from './error-from-response.ts'

test('an error has what the body and the headers say', async () => {
  const body = {
    error: {
      type: 'rate_limit_error',
      message: 'Slow down',
      docs_url: 'https://d',
      retry_after: 7,
    },
    request_id: 'r1',
  }
  const headers = {
    'x-vq-ratelimit-limit': '60',
    'x-vq-ratelimit-remaining': '0',
    'x-request-id': 'r0',
  }
  const error = await errorFromResponse(Response.json(body, { status: 429, headers }))
  expect(error).toMatchObject({
    name: 'RateLimitError',
    status: 429,
    requestId: 'r1',
    docsUrl: 'https://d',
    retryAfter: 7,
    limit: 60,
    remaining: 0,
  })
})

test.for<[string, BodyInit | null]>([
  ['an HTML page', '<html><body>Bad gateway</body></html>'],
  ['no body', null],
  ['an empty body', ''],
  ['a JSON value that is not an object', '"nope"'],
  ['broken JSON', '{"error":'],
])('a response with %s gives an error with its status', async ([, body]) => {
  const error = await errorFromResponse(new Response(body, { status: 502 }))
  expect(error).toBeInstanceOf(ServiceUnavailableError)
  expect(error).toMatchObject({ status: 502, type: 'bad_gateway', retryable: true })
  expect(error.message).toBe('The server answered with status 502 and did not say why')
})

describe('the body is read within limits', () => {
  test('an endless body is read in part and closed', async () => {
    let cancelled = 0
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(16 * 1024))
      },
      cancel: () => void (cancelled += 1),
    })
    const error = await errorFromResponse(new Response(body, { status: 500 }))
    expect(error).toMatchObject({ status: 500 })
    expect(cancelled).toBe(1)
    expect(pulled).toBeLessThan(10)
  })

  test('a body that drips is read for 2 s', async () => {
    vi.useFakeTimers()
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 300))
        controller.enqueue(new Uint8Array(1))
      },
    })
    let error: unknown
    void errorFromResponse(new Response(body, { status: 500 })).then((value) => (error = value))
    await vi.advanceTimersByTimeAsync(1999)
    expect(error).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(error).toMatchObject({ status: 500 })
    vi.useRealTimers()
  })
})
