import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import * as errors from '../index.ts'
import { apiError } from './from-wire.ts'
import { errorFromResponse } from '../http/error-from-response.ts'
import { connectionError } from './from-thrown.ts'

type ErrorName = keyof typeof errors

/** Status, type, class, whether it is retried: the table of the protocol. */
const table: [number, string, ErrorName, boolean][] = [
  [400, 'validation_error', 'ValidationError', false],
  [400, 'invalid_request_error', 'ValidationError', false],
  [422, 'validation_error', 'ValidationError', false],
  [422, 'invalid_request_error', 'ValidationError', false],
  [401, 'authentication_error', 'AuthenticationError', false],
  [403, 'permission_error', 'AuthenticationError', false],
  [402, 'payment_required', 'PaymentRequiredError', false],
  [404, 'not_found', 'NotFoundError', false],
  [408, 'request_timeout', 'APIError', true],
  [409, 'conflict', 'APIError', true],
  [429, 'rate_limit_error', 'RateLimitError', true],
  [403, 'quota_exceeded', 'QuotaExceededError', false],
  [429, 'quota_exceeded', 'QuotaExceededError', false],
  [500, 'server_error', 'ServerError', true],
  [502, 'bad_gateway', 'ServiceUnavailableError', true],
  [503, 'service_unavailable', 'ServiceUnavailableError', true],
  [504, 'service_unavailable', 'ServiceUnavailableError', true],
  [529, 'overloaded_error', 'ServerError', true],
  [418, 'teapot', 'APIError', false],
]

const shapes: [string, (type: string) => unknown][] = [
  [
    'documented',
    (type) => ({ error: { type, message: 'Said', docs_url: 'https://d' }, request_id: 'r1' }),
  ],
  ['error_code', (type) => ({ error_code: type, message: 'Said', details: { field: 'prompt' } })],
  ['RFC 9457', (type) => ({ type, title: 'Title', detail: 'Said' })],
  [
    'RFC 9457 with a URI',
    (type) => ({
      type: `https://api.vectrade.io/errors/${type.replaceAll('_', '-')}`,
      title: 'T',
      detail: 'Said',
    }),
  ],
]

const classOf = (error: unknown): string => (error as Error).constructor.name

describe('an HTTP error', () => {
  describe.for(shapes)('in the %s shape', ([shape, body]) => {
    test.for(table)('%i %s is a %s', async ([status, type, name, retryable]) => {
      const error = await errorFromResponse(Response.json(body(type), { status }))
      expect(classOf(error)).toBe(name)
      expect(error).toMatchObject({ name, status, retryable, message: 'Said' })
      const known =
        table.some(([, other]) => other === type) &&
        !['teapot', 'overloaded_error', 'request_timeout', 'conflict'].includes(type)
      if (known || !shape.includes('URI')) expect(error.type).toBe(type)
    })
  })

  test('says what its body says', async () => {
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
    const response = Response.json(body, { status: 429, headers })
    const error = await errorFromResponse(response)
    expect(error).toMatchObject({
      requestId: 'r1',
      docsUrl: 'https://d',
      retryAfter: 7,
      limit: 60,
      remaining: 0,
    })
  })

  test('has details and error code of the second shape', () => {
    const error = apiError(
      { error_code: 'BAD_SYMBOL', message: 'm', details: [1] },
      { status: 422 },
    )
    expect(error).toMatchObject({ errorCode: 'BAD_SYMBOL', details: [1], type: 'BAD_SYMBOL' })
    expect(JSON.stringify(error)).not.toContain('details')
  })

  test.for<[string, BodyInit | null]>([
    ['an HTML page', '<html><body>Bad gateway</body></html>'],
    ['no body', null],
    ['an empty body', ''],
    ['a JSON value that is no object', '"nope"'],
    ['broken JSON', '{"error":'],
  ])('with %s has its status', async ([, body]) => {
    const error = await errorFromResponse(new Response(body, { status: 502 }))
    expect(error).toBeInstanceOf(errors.ServiceUnavailableError)
    expect(error).toMatchObject({ status: 502, type: 'bad_gateway', retryable: true })
    expect(error.message).not.toContain('html')
  })

  test('keeps to a length that can be printed', () => {
    const error = apiError({ error: { message: 'x'.repeat(50_000) } }, { status: 400 })
    expect(error.message).toHaveLength(2000)
  })

  test('with an endless body is read in part, and closed', async () => {
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

  test('with a body that drips is read for 2 s in all', async () => {
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

  test('quotes no key', () => {
    const key = 'vq_secret'
    const payload = {
      error: {
        type: `t ${key}`,
        message: `m ${key}`,
        docs_url: `https://d/${key}`,
        error_code: key,
      },
      request_id: key,
    }
    const error = apiError(payload, { status: 401, secrets: /vq_secret/gi })
    expect(error.message).toBe('m [redacted]')
    expect(inspect(error)).not.toContain(key)
  })

  test.for([
    ['true', 400, true],
    ['false', 503, false],
  ] as const)('x-should-retry: %s wins over %i', ([value, status, retryable]) => {
    const headers = new Headers({ 'x-should-retry': value })
    expect(apiError({}, { status, headers }).retryable).toBe(retryable)
  })
})

describe('an error inside a stream', () => {
  const inStream: [string, (type: string) => unknown][] = [
    ...shapes,
    ['marked documented', (type) => ({ type: 'error', error: { type, message: 'Said' } })],
  ]
  describe.for(inStream)('in the %s shape', ([, body]) => {
    test.for(table.filter(([status]) => ![408, 409, 418, 529].includes(status)))(
      '%i %s is a %s without a status',
      ([, type, name]) => {
        const error = apiError(body(type), {})
        expect(classOf(error)).toBe(name)
        expect(error.status).toBeUndefined()
        expect(error.message).toBe('Said')
      },
    )
  })

  test('marked by its type has its name in the title of RFC 9457', () => {
    const payload = { type: 'error', title: 'rate_limit_error', detail: 'Said' }
    expect(apiError(payload, {})).toMatchObject({ name: 'RateLimitError', message: 'Said' })
  })

  test('without a type still has its message', () => {
    expect(apiError({ type: 'error', message: 'Said' }, {})).toMatchObject({
      name: 'APIError',
      message: 'Said',
      type: 'unknown_error',
    })
  })

  test('takes its class from the status of an RFC 9457 body', () => {
    const error = apiError({ type: 'about:blank', title: 'Too Many Requests', status: 429 }, {})
    expect(error).toBeInstanceOf(errors.RateLimitError)
    expect(error).toMatchObject({
      status: undefined,
      type: 'rate_limit_error',
      message: 'Too Many Requests',
    })
  })
})

describe('a thrown value', () => {
  test('of ours stays as it is', () => {
    const error = new errors.StreamConsumedError()
    expect(connectionError(error, 'body')).toBe(error)
  })

  test('keeps its bytes where printing does not reach them', () => {
    const cause = Object.assign(new Error('Invalid chunk'), {
      name: 'HTTPParserError',
      code: 'HPE',
      data: 'the payload',
    })
    const error = connectionError(new TypeError('terminated', { cause }), 'body')
    expect(inspect(error, { depth: 9 })).toContain('HPE')
    expect(inspect(error, { depth: 9 })).not.toContain('payload')
    expect(cause.data).toBe('the payload')
    expect(() =>
      connectionError(Object.freeze({ name: 'HTTPParserError', data: 1 }), 'body'),
    ).not.toThrow()
  })

  test("that is not the runtime's stays as it is", () => {
    const theirs = Object.assign(new Error('boom'), { statusCode: 5, data: 'theirs' })
    connectionError(theirs, 'connect')
    expect(Object.keys(theirs)).toEqual(['statusCode', 'data'])
  })

  test('before headers is a ConnectionError that names the system code', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const thrown = new TypeError('fetch failed', { cause })
    const error = connectionError(thrown, 'connect')
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error).toMatchObject({ phase: 'connect', cause: thrown, retryable: true })
    expect(error.message).toContain('ECONNREFUSED')
  })

  test.for([undefined, null, 'text', 7, {}, new TypeError('terminated')])(
    'in a body is a StreamInterruptedError: %s',
    (thrown) => {
      const error = connectionError(thrown, 'body')
      expect(error).toBeInstanceOf(errors.StreamInterruptedError)
      expect(error).toMatchObject({ phase: 'body', cause: thrown })
    },
  )
})
