import { APICallError } from '@ai-sdk/provider'
import {
  ConfigurationError,
  ConnectionError,
  QuotaExceededError,
  RateLimitError,
  RequestAbortedError,
  TimeoutError,
} from '@vectrade/core'
import { expect, test } from 'vitest'
import { toAPICallError } from './to-api-call-error.ts'

const fields = { message: 'No', type: 'rate_limit_error', retryable: true }

test.for([
  [
    new RateLimitError({ ...fields, status: 429, retryAfter: 1.5 }),
    429,
    true,
    { 'retry-after-ms': '1500' },
  ],
  [new RateLimitError({ ...fields, requestId: 'r' }), 429, true, { 'x-request-id': 'r' }],
  [new QuotaExceededError({ ...fields, retryable: false, status: 403 }), 403, false, {}],
  [new ConnectionError('No', 'connect'), undefined, true, {}],
  [new TimeoutError('idle', 1), undefined, true, {}],
] as const)('%o', ([error, statusCode, isRetryable, responseHeaders]) => {
  const converted = toAPICallError(error, undefined)
  expect(APICallError.isInstance(converted)).toBe(true)
  const { message } = error
  expect(converted).toMatchObject({
    message,
    statusCode,
    isRetryable,
    responseHeaders,
    cause: error,
  })
})

test('the reason of an aborted signal is the error, as with fetch', () => {
  const signal = AbortSignal.abort()
  expect(toAPICallError(new RequestAbortedError(), signal)).toBe(signal.reason)
  expect(toAPICallError(new RequestAbortedError(), undefined)).toBeInstanceOf(APICallError)
})

test.for([new ConfigurationError('No key'), new TypeError('x')])('%o stays as it is', (error) => {
  expect(toAPICallError(error, undefined)).toBe(error)
})
