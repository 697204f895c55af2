import { describe, expect, test } from 'vitest'
import { errorFromWire, isErrorPayload } from '../errors/error-from-wire.ts'
import { errorFromResponse } from '../http/error-from-response.ts'
import { keySecrets } from '../test-support/key-secrets.ts'

const message = 'Said so'

/** The protocol's table of codes: code, status, class. */
const codes: [string, number, string][] = [
  ['invalid_api_key', 401, 'AuthenticationError'],
  ['invalid_api_key', 403, 'AuthenticationError'],
  ['missing_api_key', 401, 'AuthenticationError'],
  ['scope_denied', 403, 'AuthenticationError'],
  ['ai_access_denied', 403, 'PaymentRequiredError'],
  ['token_quota_exceeded', 403, 'QuotaExceededError'],
  ['token_quota_exceeded', 429, 'QuotaExceededError'],
  ['ai_daily_limit_exceeded', 403, 'QuotaExceededError'],
  ['ai_daily_limit_exceeded', 429, 'QuotaExceededError'],
  ['quota_exceeded', 429, 'QuotaExceededError'],
  ['rate_limited', 429, 'RateLimitError'],
  ['newer_than_this', 503, 'ServiceUnavailableError'],
]

const shapes: [string, (code: string) => Record<string, unknown>][] = [
  ['the gateway shape', (code) => ({ error: code, message })],
  ['the flat shape', (code) => ({ error_code: code, message })],
]

describe.for(shapes)('a code in %s', ([, body]) => {
  test.for(codes)('%s under %i is a %s', async ([code, status, name]) => {
    const error = await errorFromResponse(Response.json(body(code), { status }))
    expect(error).toMatchObject({ name, status, errorCode: code, type: code, message })
  })

  test.for(codes.filter(([, , name]) => !/RateLimit|Unavailable/.test(name)))(
    '%s has its class without the status %i: %s',
    ([code, , name]) => {
      expect(errorFromWire(body(code), {})).toMatchObject({
        name,
        errorCode: code,
        status: undefined,
      })
    },
  )
})

describe('the gateway shape', () => {
  const body = {
    error: 'scope_denied',
    message,
    retry_after_seconds: 30,
    docs_url: 'https://docs/scopes',
    upgrade_url: 'https://upgrade',
    dashboard_url: 'https://dashboard',
    allowed_scopes: ['quotes'],
  }

  test('puts all other fields into details', () => {
    const { error: _, message: __, ...details } = body
    expect(errorFromWire(body, { status: 403 }).details).toEqual(details)
    expect(errorFromWire({ error: 'x', message }, { status: 403 }).details).toBeUndefined()
    expect(errorFromWire({ ...body, type: 'error' }, {}).details).toEqual(details)
  })

  test.for([
    [{ docs: 'a', docs_url: 'b', upgrade_url: 'c' }, 'a'],
    [{ docs_url: 'b', upgrade_url: 'c' }, 'b'],
    [{ upgrade_url: 'c' }, 'c'],
    [{ docs: 7, upgrade_url: 'c' }, 'c'],
    [{ dashboard_url: 'd' }, undefined],
  ] as const)('takes the first link of %j', ([links, docsUrl]) => {
    expect(errorFromWire({ error: 'x', message, ...links }, { status: 403 }).docsUrl).toBe(docsUrl)
  })

  test('sets retryAfter unless a header does', () => {
    expect(errorFromWire(body, { status: 429 }).retryAfter).toBe(30)
    const headers = new Headers({ 'retry-after': '5' })
    expect(errorFromWire(body, { status: 429, headers }).retryAfter).toBe(5)
  })

  test('does not quote a key', () => {
    const secret = 'vq_secret'
    const said = { error: secret, message: `m ${secret}`, upgrade_url: `https://u/${secret}` }
    expect(
      JSON.stringify(errorFromWire(said, { status: 401, secrets: keySecrets(['vq_secret']) })),
    ).not.toContain(secret)
  })
})

describe('a message that names a quota', () => {
  test.for([
    [{ error: 'AUTH_002', message: 'Monthly quota reached' }, 403, 'QuotaExceededError'],
    [{ error: 'AUTH_002', message: 'Monthly quota reached' }, 429, 'QuotaExceededError'],
    [{ error: 'AUTH_002', message: 'Scope missing' }, 403, 'AuthenticationError'],
    [{ error: 'AUTH_002', message: 'Monthly quota reached' }, undefined, 'QuotaExceededError'],
    [{ error_code: 'AUTH_002', message: 'Your QUOTA is used up' }, 403, 'QuotaExceededError'],
    [{ message: 'Token quota exceeded' }, 429, 'QuotaExceededError'],
    [{ error: 'AUTH_002', message: 'Monthly quota reached' }, 500, 'ServerError'],
    [{ error: 'scope_denied', message: 'No quota scope' }, 403, 'AuthenticationError'],
    [
      { error: { type: 'rate_limit_error', message: 'Ask for a higher quota' } },
      429,
      'RateLimitError',
    ],
    [{ type: 'error', message: 'The quota service is away' }, undefined, 'APIError'],
  ] as const)('%j under %s is a %s', ([payload, status, name]) => {
    expect(errorFromWire(payload, { status }).name).toBe(name)
  })

  test('is never retried, even if a header asks for it', () => {
    const headers = new Headers({ 'x-should-retry': 'true', 'retry-after': '1' })
    const payload = { error: 'token_quota_exceeded', message }
    expect(errorFromWire(payload, { status: 429, headers })).toMatchObject({
      name: 'QuotaExceededError',
      retryable: false,
      retryAfter: 1,
    })
  })
})

test.for([
  [{ error: { type: 'x' } }, true],
  [{ error: {} }, true],
  [{ error: 'x', message: 'm' }, true],
  [{ error_code: 'x' }, true],
  [{ type: 'error' }, true],
  [{ type: 'error', message: 'm' }, true],
  [{ error: 'x' }, false],
  [{ error: null, message: 'm' }, false],
  [{ error_code: null }, false],
  [{ message: 'm' }, false],
  [{ type: 'text', error: { type: 'x' } }, false],
  [{ type: 'chart', error_code: 'x' }, false],
  [[{ error: {} }], false],
  ['error', false],
] as const)('%j by itself is an error: %s', ([payload, expected]) => {
  expect(isErrorPayload(payload)).toBe(expected)
})
