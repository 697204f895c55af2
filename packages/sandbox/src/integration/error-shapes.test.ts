import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ErrorShape } from '../error-body.ts'
import type { Fault } from '../faults.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { dataOf, prompt, type RawAnswer, rawRequest } from '../test-support/raw-request.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0 })
})
afterAll(() => sandbox.close())

const wholeAnswer = JSON.stringify({ prompt, stream: false })

function jsonOf(answer: RawAnswer): unknown {
  expect(answer.headers.get('content-length')).toBe(String(answer.body.length))
  return JSON.parse(answer.body.toString())
}

describe('errorCode', () => {
  test.each([
    ['missing_api_key', 401],
    ['invalid_api_key', 401],
    ['scope_denied', 403],
    ['ai_access_denied', 403],
    ['token_quota_exceeded', 429],
    ['ai_daily_limit_exceeded', 429],
    ['quota_exceeded', 429],
    ['AUTH_002', 403],
  ])('%s alone sends the error in the shape gateway, with status %i', async (errorCode, status) => {
    for (const body of [wholeAnswer, undefined]) {
      const answer = await rawRequest(sandbox, { fault: { errorCode }, ...(body && { body }) })
      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-type')).toBe('application/json')
      expect(jsonOf(answer)).toEqual({
        error: errorCode,
        message: expect.stringMatching(/^The|^This/),
      })
    }
  })

  test('can have another status, message and shape', async () => {
    const fault = { errorCode: 'token_quota_exceeded', status: 403, message: 'No tokens' }
    const gateway = await rawRequest(sandbox, { fault: { ...fault, bodyRetryAfter: 60 } })
    expect(gateway.status).toBe(403)
    expect(jsonOf(gateway)).toEqual({
      error: 'token_quota_exceeded',
      message: 'No tokens',
      retry_after_seconds: 60,
    })
    const flat = await rawRequest(sandbox, { fault: { ...fault, body: 'flat' } })
    expect(flat.status).toBe(403)
    expect(jsonOf(flat)).toMatchObject({ error_code: 'token_quota_exceeded', message: 'No tokens' })
  })

  test('is independent of errorType', async () => {
    const fault: Fault = { status: 403, errorCode: 'scope_denied', errorType: 'permission_error' }
    const answer = await rawRequest(sandbox, { fault })
    expect(jsonOf(answer)).toMatchObject({ error: 'scope_denied' })
  })

  test('has the status 400 for a code that VecTrade does not have', async () => {
    const answer = await rawRequest(sandbox, { fault: { errorCode: 'made_up' } })
    expect(answer.status).toBe(400)
    expect(jsonOf(answer)).toMatchObject({ error: 'made_up' })
  })

  test('is sent after a redirect, with its own status', async () => {
    const fault: Fault = { status: 307, errorCode: 'scope_denied' }
    const first = await rawRequest(sandbox, { fault })
    expect(first.status).toBe(307)
    const path = first.headers.get('location') ?? ''
    expect((await rawRequest(sandbox, { fault, path })).status).toBe(403)
  })

  test('sets the remaining quota to 0 only for a code of a quota', async () => {
    const headersOf = async (fault: Fault) => (await rawRequest(sandbox, { fault })).headers
    for (const status of [403, 429]) {
      const quota = await headersOf({ errorCode: 'ai_daily_limit_exceeded', status })
      expect(quota.get('x-vq-quota-remaining')).toBe('0')
      expect(quota.get('x-vq-ratelimit-remaining')).not.toBe('0')
    }
    const denied = await headersOf({ errorCode: 'ai_access_denied' })
    expect(denied.get('x-vq-quota-remaining')).not.toBe('0')
    expect(denied.get('x-vq-ratelimit-remaining')).not.toBe('0')
  })
})

describe('the shape gateway', () => {
  test('can have the status 200, for a stream and for a JSON answer', async () => {
    for (const body of [wholeAnswer, JSON.stringify({ prompt, stream: true })]) {
      for (const fault of [
        { status: 200, errorCode: 'quota_exceeded' },
        { body: 'gateway', errorType: 'quota_exceeded' },
      ] as const) {
        const answer = await rawRequest(sandbox, { body, fault })
        expect(answer.status).toBe(200)
        expect(answer.headers.get('content-type')).toBe('application/json')
        expect(jsonOf(answer)).toMatchObject({ error: 'quota_exceeded' })
      }
    }
  })

  test('has the type of the status as its code', async () => {
    const answer = await rawRequest(sandbox, { fault: { status: 503, body: 'gateway' } })
    expect(jsonOf(answer)).toEqual({
      error: 'service_unavailable',
      message: 'Simulated failure with status 503',
    })
  })
})

describe('errorFields', () => {
  const errorFields = {
    docs: 'https://docs.example.com/errors?code=scope_denied;x',
    upgrade_url: 'https://example.com/upgrade',
    allowed_scopes: ['quotes:read', 'news:read'],
    details: { plan: { name: 'free', limits: [1, null, { deep: 'naïve; 売り' }] } },
  }

  test.each<[ErrorShape, (body: Record<string, unknown>) => unknown]>([
    ['documented', (body) => body['error']],
    ['flat', (body) => body],
    ['problem', (body) => body],
    ['gateway', (body) => body],
  ])('are sent in the shape %s, also nested fields', async (shape, fieldsOf) => {
    const answer = await rawRequest(sandbox, { fault: { status: 403, body: shape, errorFields } })
    expect(fieldsOf(JSON.parse(answer.body.toString()))).toMatchObject(errorFields)

    const fault: Fault = { errorAfterEvents: 1, errorShape: shape, errorFields }
    const stream = await rawRequest(sandbox, { fault })
    expect(fieldsOf(JSON.parse(dataOf(stream.body).at(-1)!))).toMatchObject(errorFields)
  })

  test('replace the fields of the shape', async () => {
    const fault: Fault = { errorCode: 'scope_denied', errorFields: { message: null, error: true } }
    expect(jsonOf(await rawRequest(sandbox, { fault }))).toEqual({ error: true, message: null })
  })

  test('can be written by hand in a header', async () => {
    const header =
      'errorCode=scope_denied; errorField.docs=https://a.test/b; errorField.n={"a":[1]}'
    const answer = await rawRequest(sandbox, { headers: { 'x-sandbox-fault': header } })
    expect(answer.status).toBe(403)
    expect(jsonOf(answer)).toMatchObject({ docs: 'https://a.test/b', n: { a: [1] } })
  })
})

describe('an error in a stream', () => {
  const code = 'token_quota_exceeded'
  const body = { error: code, message: 'None left', retry_after_seconds: 9 }
  const fault: Fault = {
    errorAfterEvents: 2,
    errorCode: code,
    message: 'None left',
    bodyRetryAfter: 9,
  }

  test.each<[NonNullable<Fault['errorMark']>, string, object]>([
    ['event', 'event: error\ndata: ', body],
    ['type', 'data: ', { ...body, type: 'error' }],
    ['both', 'event: error\ndata: ', { ...body, type: 'error' }],
    ['none', 'data: ', body],
  ])('has the shape gateway if it has a code, marked by %s', async (errorMark, start, json) => {
    const answer = await rawRequest(sandbox, { fault: { ...fault, errorMark } })
    expect(answer.status).toBe(200)
    const last = answer.body.toString().split('\n\n').at(-2) ?? ''
    expect(last.startsWith(start)).toBe(true)
    expect(JSON.parse(last.slice(start.length))).toEqual(json)
    expect(answer).toMatchObject({ terminated: true, end: 'fin' })
    expect(sandbox.requests.at(-1)).toMatchObject({ eventsSent: 3 })
  })

  test.each<[NonNullable<Fault['errorShape']>, object]>([
    ['documented', { error: { type: 'quota_exceeded', message: 'None left', retry_after: 9 } }],
    ['flat', { error_code: 'quota_exceeded', message: 'None left', retry_after: 9 }],
    ['gateway', { error: 'quota_exceeded', message: 'None left', retry_after_seconds: 9 }],
    ['message', { message: 'None left', retry_after: 9 }],
  ])('in the shape %s can have no mark', async (errorShape, json) => {
    const { errorCode: _, ...rest } = fault
    const answer = await rawRequest(sandbox, {
      fault: { ...rest, errorShape, errorMark: 'none', errorType: 'quota_exceeded' },
    })
    const last = answer.body.toString().split('\n\n').at(-2) ?? ''
    expect(last.startsWith('data: ')).toBe(true)
    expect(JSON.parse(last.slice('data: '.length))).toMatchObject(json)
    expect(last).not.toContain('"type":"error"')
  })
})

describe('the option errorShape', () => {
  test.each<[ErrorShape, (code: string) => object, string]>([
    ['documented', (code) => ({ error: { type: code } }), 'application/json'],
    ['flat', (code) => ({ error_code: code }), 'application/json'],
    ['problem', (code) => ({ title: code }), 'application/problem+json'],
    ['gateway', (code) => ({ error: code }), 'application/json'],
  ])('%s is the shape of every error', async (errorShape, expected, contentType) => {
    await using other = await startSandbox({ errorShape, rateLimit: 4 })
    const shapeOf = async (request: Parameters<typeof rawRequest>[1]): Promise<unknown> => {
      const answer = await rawRequest(other, request)
      expect(answer.headers.get('content-type')?.split(';')[0]).toBe(contentType)
      return jsonOf(answer)
    }
    expect(await shapeOf({ path: '/' })).toMatchObject(expected('not_found'))
    expect(await shapeOf({ method: 'PUT' })).toMatchObject(expected('invalid_request_error'))
    expect(await shapeOf({ body: '{}' })).toMatchObject(expected('validation_error'))
    const keyless = await shapeOf({ headers: { authorization: undefined } })
    const hasCodes = errorShape === 'flat' || errorShape === 'gateway'
    expect(keyless).toMatchObject(expected(hasCodes ? 'missing_api_key' : 'authentication_error'))
    const badFault = { 'x-sandbox-fault': 'stauts=503' }
    expect(await shapeOf({ headers: badFault })).toMatchObject(expected('invalid_request_error'))
    expect(await shapeOf({ fault: { status: 503 } })).toMatchObject(expected('service_unavailable'))

    const stream = await rawRequest(other, { fault: { errorAfterEvents: 1 } })
    expect(JSON.parse(dataOf(stream.body).at(-1)!)).toMatchObject(expected('server_error'))

    const limited = await shapeOf({})
    expect(limited).toMatchObject(expected('rate_limit_error'))
    expect(JSON.stringify(limited)).toMatch(
      errorShape === 'gateway' ? /"retry_after_seconds":\d/ : /"retry_after":\d/,
    )
  })

  test('does not apply if a fault names another shape, or has a code that the shape cannot contain', async () => {
    await using other = await startSandbox({ errorShape: 'problem' })
    const named = await rawRequest(other, { fault: { status: 503, body: 'documented' } })
    expect(jsonOf(named)).toHaveProperty('error.type', 'service_unavailable')
    const code = await rawRequest(other, { fault: { errorCode: 'scope_denied' } })
    expect(jsonOf(code)).toHaveProperty('error', 'scope_denied')

    await using flat = await startSandbox({ errorShape: 'flat' })
    const flatCode = await rawRequest(flat, { fault: { errorCode: 'scope_denied' } })
    expect(flatCode.status).toBe(403)
    expect(jsonOf(flatCode)).toHaveProperty('error_code', 'scope_denied')
  })

  test('must be one of the four shapes', async () => {
    await expect(startSandbox({ errorShape: 'xml' as never })).rejects.toThrow(
      '`errorShape` must be one of documented, flat, problem, gateway',
    )
  })
})
