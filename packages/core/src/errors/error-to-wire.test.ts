import { describe, expect, test } from 'vitest'
import * as errors from '../index.ts'
import { errorFromWire } from './error-from-wire.ts'
import { errorToWire, statusFor } from './error-to-wire.ts'

const { ServiceUnavailableError, ValidationError } = errors
const said = { message: 'Said', retryable: false }

describe('an error of the API', () => {
  test('keeps what the server said', () => {
    const error = new errors.RateLimitError({
      ...said,
      type: 'rate_limit_error',
      requestId: 'r1',
      errorCode: 'rate_limited',
      docsUrl: 'https://d',
      retryAfter: 7,
      details: 'between VecTrade and the holder of the key',
    })
    expect(JSON.parse(JSON.stringify(errorToWire(error)))).toEqual({
      error: {
        type: 'rate_limit_error',
        message: 'Said',
        error_code: 'rate_limited',
        docs_url: 'https://d',
        retry_after: 7,
      },
      request_id: 'r1',
    })
  })

  test('loses our advice about the options of this program', () => {
    const error = new errors.NotFoundError({
      ...said,
      type: 'not_found',
      hint: '(check `baseURL`)',
    })
    expect(error.message).toBe('Said (check `baseURL`)')
    expect(errorToWire(error).error.message).toBe('Said')
  })

  test.for<[string, number | undefined, errors.APIError, string]>([
    ['keeps a type that is read as its class', 503, unavailable('overloaded'), 'overloaded'],
    [
      'has the code of its class in a stream',
      undefined,
      unavailable('overloaded'),
      'service_unavailable',
    ],
    [
      'has the code of its class if the type is of another',
      undefined,
      unavailable('rate_limit_error'),
      'service_unavailable',
    ],
    ['keeps a type that names its class', undefined, unavailable('bad_gateway'), 'bad_gateway'],
    [
      'of a class that users made has the code of ours',
      undefined,
      new (class extends ValidationError {})({ ...said, type: 'x' }),
      'validation_error',
    ],
  ])('%s', ([, status, error, type]) => {
    expect(errorToWire(error, status).error.type).toBe(type)
    expect(errorFromWire(errorToWire(error, status), { status }).code).toBe(error.code)
  })

  function unavailable(type: string): errors.APIError {
    return new ServiceUnavailableError({ ...said, type })
  }
})

describe('the HTTP status', () => {
  test.for([
    [400, 400],
    [529, 529],
    [0, 502],
    [200, 502],
    [204, 502],
    [304, 502],
    [600, 502],
    [999, 502],
  ])('that VecTrade sent is kept if a response can have it: %i, %i', ([status, sent]) => {
    expect(statusFor(errorFromWire({}, { status }))).toBe(sent)
  })

  test.for([
    ['validation_error', 422],
    ['invalid_request_error', 400],
    ['authentication_error', 401],
    ['permission_error', 403],
    ['invalid_api_key', 401],
    ['payment_required', 402],
    ['not_found', 404],
    ['rate_limit_error', 429],
    ['quota_exceeded', 429],
    ['ai_daily_limit_exceeded', 429],
    ['server_error', 500],
    ['bad_gateway', 502],
    ['service_unavailable', 503],
    ['conflict', 424],
    ['teapot', 424],
  ] as const)('of %s inside a stream is %i', ([type, status]) => {
    const error = errorFromWire({ type: 'error', error: { type } }, {})
    expect(statusFor(error)).toBe(status)
    expect(errorFromWire(errorToWire(error, status), { status }).code).toBe(error.code)
  })
})

test.for<[unknown, number, string]>([
  [new errors.ConnectionError('secret', 'connect'), 502, 'service_unavailable'],
  [new errors.ConnectionError('secret', 'redirect'), 502, 'service_unavailable'],
  [new errors.StreamInterruptedError(), 502, 'service_unavailable'],
  [new errors.TimeoutError('headers', 1), 504, 'service_unavailable'],
  [new errors.StreamProtocolError('secret'), 502, 'bad_gateway'],
  [new errors.StreamStoreError('secret', 'unavailable'), 503, 'service_unavailable'],
  [new errors.RequestAbortedError('secret'), 503, 'service_unavailable'],
  [new errors.StreamConsumedError('secret'), 500, 'server_error'],
  [new errors.StreamResumeError('secret'), 500, 'server_error'],
  [new errors.ConfigurationError('secret'), 500, 'server_error'],
  [
    Object.assign(new errors.StreamConsumedError('secret'), { code: 'of_a_newer_copy' }),
    500,
    'server_error',
  ],
  [
    Object.assign(new errors.StreamConsumedError('secret'), { code: 'not_found' }),
    500,
    'server_error',
  ],
  [new Error('secret'), 500, 'server_error'],
  ['secret', 500, 'server_error'],
  [undefined, 500, 'server_error'],
])('%o is reported as %i %s, without its own message', ([error, status, type]) => {
  expect(statusFor(error)).toBe(status)
  const wire = errorToWire(error, status)
  expect(wire.error).toEqual({ type, message: expect.not.stringContaining('secret') })
  expect(errorFromWire(wire, { status }).type).toBe(type)
})

test('the id of the request goes with any error of ours', () => {
  const error = new errors.StreamProtocolError('secret', { requestId: 'r1' })
  expect(errorToWire(error).request_id).toBe('r1')
  expect(errorToWire(Object.assign(new Error('x'), { requestId: 'r1' })).request_id).toBeUndefined()
})
