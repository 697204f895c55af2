import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import * as errors from '../index.ts'
import { errorFromWire } from './error-from-wire.ts'
import { keySecrets } from '../test-support/key-secrets.ts'

const key = 'vq_secret_of_this_test'

type ErrorName = keyof typeof errors

/** Status, type, class and whether it is retryable, as in the table of the protocol. */
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

describe('an error with a status', () => {
  describe.for(shapes)('in the %s shape', ([shape, body]) => {
    test.for(table)('%i %s is a %s', ([status, type, name, retryable]) => {
      const error = errorFromWire(body(type), { status })
      expect(classOf(error)).toBe(name)
      expect(error).toMatchObject({ name, status, retryable, message: 'Said' })
      const known =
        table.some(([, other]) => other === type) &&
        !['teapot', 'overloaded_error', 'request_timeout', 'conflict'].includes(type)
      if (known || !shape.includes('URI')) expect(error.type).toBe(type)
    })
  })

  test('has the details and the code of the second shape', () => {
    const error = errorFromWire(
      { error_code: 'BAD_SYMBOL', message: 'm', details: [1] },
      { status: 422 },
    )
    expect(error).toMatchObject({ errorCode: 'BAD_SYMBOL', details: [1], type: 'BAD_SYMBOL' })
    expect(JSON.stringify(error)).not.toContain('details')
  })

  test.for<[string, number, boolean]>([
    ['true', 400, true],
    ['TRUE', 400, true],
    ['false', 503, false],
    ['maybe', 503, true],
    ['maybe', 400, false],
  ])('with x-should-retry: %s and status %i is retryable: %s', ([value, status, retryable]) => {
    const headers = new Headers({ 'x-should-retry': value })
    expect(errorFromWire({}, { status, headers }).retryable).toBe(retryable)
  })

  test.for([
    [503, undefined, 'The server answered with status 503 and did not say why'],
    [503, 'overloaded', 'The server answered with status 503: overloaded'],
    [undefined, undefined, 'The stream reported an error and did not say why'],
    [undefined, 'overloaded', 'The stream reported an error: overloaded'],
  ] as const)('has a message if the server sent none: %s, %s', ([status, type, message]) => {
    expect(errorFromWire({ error: { type } }, { status }).message).toBe(message)
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
        const error = errorFromWire(body(type), {})
        expect(classOf(error)).toBe(name)
        expect(error.status).toBeUndefined()
        expect(error.message).toBe('Said')
      },
    )
  })

  test('may have its name in the title of RFC 9457', () => {
    const payload = { type: 'error', title: 'rate_limit_error', detail: 'Said' }
    expect(errorFromWire(payload, {})).toMatchObject({ name: 'RateLimitError', message: 'Said' })
  })

  test('has its message even if it has no type', () => {
    expect(errorFromWire({ type: 'error', message: 'Said' }, {})).toMatchObject({
      name: 'APIError',
      message: 'Said',
      type: 'unknown_error',
    })
  })

  test('has the class of the status in an RFC 9457 body', () => {
    const error = errorFromWire(
      { type: 'about:blank', title: 'Too Many Requests', status: 429 },
      {},
    )
    expect(error).toBeInstanceOf(errors.RateLimitError)
    expect(error).toMatchObject({
      status: undefined,
      type: 'rate_limit_error',
      message: 'Too Many Requests',
    })
  })

  test.for([0, -1, 424, 999])('a status of %i in its body is nothing special', (status) => {
    const error = errorFromWire({ type: 'about:blank', title: 'T', status }, {})
    expect(classOf(error)).toBe(status === 999 ? 'ServerError' : 'APIError')
    expect(error.type).toBe('unknown_error')
  })

  test.for(['request_timeout', 'conflict'])('%s is not retryable without its status', (type) => {
    expect(errorFromWire({ type: 'error', error: { type } }, {}).retryable).toBe(false)
    expect(errorFromWire({ error: { type } }, { status: 409 }).retryable).toBe(true)
  })
})

describe('text from the server is cleaned', () => {
  const hostile = `${key}\u001B[2J\n\u202E${'x'.repeat(1_000_000)}`
  const fields = { message: hostile, type: hostile, docs_url: hostile, error_code: hostile }
  test.for<[string, unknown]>([
    ['documented', { error: fields, request_id: hostile }],
    ['flat', { ...fields, request_id: hostile }],
    ['problem', { type: hostile, title: hostile, detail: hostile }],
    ['gateway', { error: hostile, message: hostile, upgrade_url: hostile }],
    ['bare', { error: { type: hostile, request_id: hostile } }],
    ['bare in a stream', { type: 'error', error: hostile }],
  ])('in the %s shape', ([, payload]) => {
    for (const status of [400, undefined]) {
      const error = errorFromWire(payload, { status, secrets: keySecrets([key]) })
      const said = [error.message, error.type, error.errorCode, error.docsUrl, error.requestId]
      for (const text of [...said, ...Object.values(error)]) {
        if (typeof text !== 'string') continue
        expect(text).toMatch(/^[ -~]*$/)
        expect(text).not.toContain(key)
        expect(text.length).toBeLessThan(2_100)
      }
      expect(JSON.stringify(error).length).toBeLessThan(6_000)
    }
  })

  test('a key in any field is redacted', () => {
    const said = { type: `t ${key}`, message: `m ${key}`, docs_url: `https://d/${key}` }
    const payload = { error: { ...said, error_code: key }, request_id: key }
    const error = errorFromWire(payload, { status: 401, secrets: keySecrets([key]) })
    expect(error.message).toBe('m [redacted]')
    expect(inspect(error)).not.toContain(key)
  })

  test('a message is cut after 2,000 characters', () => {
    const error = errorFromWire({ error: { message: 'x'.repeat(50_000) } }, { status: 400 })
    expect(error.message).toHaveLength(2000)
  })

  test('a type of nothing but slashes takes no time', () => {
    // A scan that starts again at each slash takes hours.
    const error = { type: '/'.repeat(10_000_000), message: 'm' }
    expect(errorFromWire({ error }, { status: 400 }).type).toBe('/'.repeat(256))
  })
})
