import { inspect } from 'node:util'
import {
  APICallError,
  InvalidResponseDataError,
  JSONParseError,
  LoadAPIKeyError,
} from '@ai-sdk/provider'
import { RateLimitError, VecTradeError } from '@vectrade/core'
import { RetryError, StreamProviderError } from 'ai'
import { describe, expect, test, vi } from 'vitest'
import { errorFromModel } from './error-from-model.ts'

/** A provider's error that repeats the prompt and the key wherever it can. */
function callError(statusCode?: number, fields: object = {}): APICallError {
  return new APICallError({
    message: 'No: secret prompt, sk-secret',
    url: 'https://api.example.com/?key=sk-secret',
    requestBodyValues: { prompt: 'secret prompt' },
    responseBody: 'secret prompt',
    cause: new TypeError('fetch failed sk-secret', { cause: { code: 'ECONNREFUSED' } }),
    ...(statusCode !== undefined && { statusCode }),
    ...fields,
  })
}

describe('an error with a status', () => {
  test.for<[number, string, boolean]>([
    [400, 'validation_error', false],
    [401, 'authentication_error', false],
    [402, 'payment_required', false],
    [403, 'authentication_error', false],
    [404, 'not_found', false],
    [408, 'api_error', true],
    [409, 'api_error', true],
    [413, 'validation_error', false],
    [429, 'rate_limit_error', true],
    [500, 'server_error', true],
    [503, 'service_unavailable', true],
    [529, 'service_unavailable', true],
    [599, 'server_error', true],
  ])('%i has the code %s', ([status, code, retryable]) => {
    expect(errorFromModel(callError(status), {})).toMatchObject({ status, code, retryable })
  })

  test('has no status once the answer has begun', () => {
    const error = errorFromModel(callError(429), { hasBegun: true })
    expect(error).toMatchObject({ status: undefined, code: 'rate_limit_error' })
  })

  test.for([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': '7', 'retry-after-ms': '1500' }, 1.5],
    [{ 'retry-after': new Date(Date.now() - 1000).toUTCString() }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ] as const)('%o asks to wait %o s', ([responseHeaders, retryAfter]) => {
    const error = errorFromModel(callError(429, { responseHeaders }), {})
    expect((error as { retryAfter?: number }).retryAfter).toBe(retryAfter)
  })

  test.for([
    { data: { error: { code: 'insufficient_quota', message: 'No money left' } } },
    // Without a message, providers' packages do not take it for an error of theirs.
    { responseBody: '{"error":{"code":"insufficient_quota"}}' },
    { responseBody: '{"type":"insufficient_quota"}' },
  ])('is a used-up quota if the provider says so: %o', (fields) => {
    const error = errorFromModel(callError(429, fields), {})
    expect(error).toMatchObject({ code: 'quota_exceeded', status: 429, retryable: false })
  })

  test.for(['', 'null', '[1]', '"insufficient_quota"', '{"error":"insufficient_quota"}', '<html>'])(
    'is no used-up quota with the body %j',
    (responseBody) => {
      const error = errorFromModel(callError(429, { responseBody }), {})
      expect(error).toMatchObject({ code: 'rate_limit_error' })
    },
  )

  test.for([200, 204, 307])('%i that is no answer is a StreamProtocolError', (status) => {
    const error = errorFromModel(callError(status), {})
    expect(error).toMatchObject({ code: 'stream_protocol_error', retryable: false })
  })
})

describe('an error inside a stream', () => {
  test.for<[unknown, string]>([
    ['The model is on fire', 'server_error'],
    [{ message: 'x', code: 429 }, 'rate_limit_error'],
    [{ message: 'x', type: 'insufficient_quota' }, 'quota_exceeded'],
    [{ message: 'x', type: 'overloaded_error' }, 'service_unavailable'],
    [{ message: 'x', code: 'context_length_exceeded', type: 'new' }, 'validation_error'],
    [{ message: 'x', status: 'UNAVAILABLE', code: 503 }, 'service_unavailable'],
    [{ odd: true }, 'server_error'],
    [undefined, 'server_error'],
    [new StreamProviderError({ message: 'x', statusCode: 503, data: {} }), 'service_unavailable'],
    [new TypeError('terminated', { cause: { code: 'UND_ERR_SOCKET' } }), 'stream_interrupted'],
    [new JSONParseError({ text: 'secret prompt', cause: 1 }), 'stream_protocol_error'],
    [new InvalidResponseDataError({ data: { a: 1 } }), 'stream_protocol_error'],
    [
      new InvalidResponseDataError({ data: undefined, message: 'No finish reason' }),
      'stream_interrupted',
    ],
  ])('%o has a code', ([thrown, code]) => {
    expect(errorFromModel(thrown, { hasBegun: true, isReading: true })).toMatchObject({ code })
  })
})

test('a provider that cannot be reached is a ConnectionError with the code of the system', () => {
  const error = errorFromModel(callError(), {}) as VecTradeError
  expect(error).toMatchObject({ code: 'connection_error', phase: 'connect', retryable: true })
  expect((error.cause as Error).message).toBe('ECONNREFUSED')
})

test('a missing key of the provider is a ConfigurationError that says what to set', () => {
  const error = errorFromModel(new LoadAPIKeyError({ message: 'Set OPENAI_API_KEY' }), {})
  expect(error).toMatchObject({ code: 'configuration_error', message: 'Set OPENAI_API_KEY' })
})

test('a time limit of the AI SDK is a service that did not answer in time', () => {
  const error = errorFromModel(new DOMException('late', 'TimeoutError'), {})
  expect(error).toMatchObject({ code: 'service_unavailable', status: 504 })
})

test('an error after an abort is a RequestAbortedError with the reason', () => {
  const reason = new Error('left')
  const error = errorFromModel(new TypeError('terminated'), { signal: AbortSignal.abort(reason) })
  expect(error).toMatchObject({ code: 'request_aborted', cause: reason })
  const other = errorFromModel(new DOMException('gone', 'AbortError'), {})
  expect(other).toMatchObject({ code: 'request_aborted' })
})

test('the last error of a repeated call counts', () => {
  const errors = [callError(503), callError(429)]
  const retried = new RetryError({ message: 'x', reason: 'maxRetriesExceeded', errors })
  expect(errorFromModel(retried, {})).toMatchObject({ code: 'rate_limit_error' })
})

test('errors of this SDK and mistakes of the program stay as they are', () => {
  const own = new VecTradeError('own', 'server_error')
  const mistake = new TypeError('x is not a function')
  expect(errorFromModel(own, { isReading: true })).toBe(own)
  expect(errorFromModel(mistake, {})).toBe(mistake)
})

test('no error shows the prompt or the key, and onError gets the original', () => {
  const data = { error: { message: 'secret prompt' } }
  const thrown = [
    callError(),
    callError(400, { data }),
    callError(429, { responseHeaders: { 'x-echo': 'sk-secret' } }),
    new JSONParseError({ text: 'secret prompt', cause: 1 }),
  ]
  for (const each of thrown) {
    const onError = vi.fn()
    const error = errorFromModel(each, { isReading: true, onError })
    expect(inspect(error, { depth: 10 }) + JSON.stringify(error)).not.toContain('secret')
    expect(onError.mock.calls).toEqual([[each]])
  }
})

test.for([
  () => {
    throw new Error('of mine')
  },
  () => Promise.reject(new Error('of mine')),
])('an `onError` that fails does not replace the error', (onError) => {
  expect(errorFromModel(callError(429), { onError })).toBeInstanceOf(RateLimitError)
})
