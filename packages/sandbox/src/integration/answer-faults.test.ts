import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatFault } from '../fault-syntax.ts'
import type { Fault } from '../faults.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { dataOf, prompt, rawRequest } from '../test-support/raw-request.ts'

let sandbox: Sandbox
let other: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
  other = await startSandbox()
})
afterAll(() => Promise.all([sandbox.close(), other.close()]))

function follow(fault: string, apiKey = sandbox.apiKey): Promise<Response> {
  return fetch(`${sandbox.url}/ai/analyze`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'x-sandbox-fault': fault },
    body: JSON.stringify({ prompt, stream: true }),
  })
}

test('an invalid fault gets a 400 that says what is wrong', async () => {
  const answer = await rawRequest(sandbox, { headers: { 'x-sandbox-fault': 'stauts=503' } })
  expect(answer.status).toBe(400)
  const body = JSON.parse(answer.body.toString()) as { error: { type: string; message: string } }
  expect(body.error.type).toBe('invalid_request_error')
  expect(body.error.message).toMatch(/^X-Sandbox-Fault: `stauts` is not a fault\. The faults are: /)
})

describe('status', () => {
  test.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'payment_required'],
    [403, 'permission_error'],
    [404, 'not_found'],
    [408, 'invalid_request_error'],
    [422, 'validation_error'],
    [429, 'rate_limit_error'],
    [500, 'server_error'],
    [502, 'bad_gateway'],
    [503, 'service_unavailable'],
    [504, 'service_unavailable'],
  ])('%i has the error type %s', async (status, type) => {
    const answer = await rawRequest(sandbox, { fault: { status } })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('content-length')).toBe(String(answer.body.length))
    expect(JSON.parse(answer.body.toString())).toEqual({
      error: { type, message: `Simulated failure with status ${status}` },
      request_id: answer.headers.get('x-request-id'),
    })
  })

  test.each([204, 205, 304])('%i has no body', async (status) => {
    const answer = await rawRequest(sandbox, { fault: { status } })
    expect(answer).toMatchObject({ status, end: 'fin' })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(answer.body.length).toBe(0)
    expect(sandbox.requests.at(-1)).toMatchObject({ status, closed: 'finished' })
  })

  test('210 comes with the usual stream', async () => {
    const answer = await rawRequest(sandbox, { fault: { status: 210 } })
    expect(answer.status).toBe(210)
    expect(dataOf(answer.body).at(-1)).toBe('[DONE]')
  })

  test('also applies to stream: false', async () => {
    const body = JSON.stringify({ prompt, stream: false })
    expect((await rawRequest(sandbox, { body, fault: { status: 503 } })).status).toBe(503)
  })
})

describe('body', () => {
  const failure = { status: 429, errorType: 'quota_exceeded', message: 'No', bodyRetryAfter: 7 }

  test.each<[Fault['body'], object]>([
    ['documented', { error: { type: 'quota_exceeded', message: 'No', retry_after: 7 } }],
    ['flat', { error_code: 'quota_exceeded', message: 'No', retry_after: 7 }],
    ['problem', { title: 'quota_exceeded', detail: 'No', status: 429, retry_after: 7 }],
  ])('can have the shape %s', async (body, expected) => {
    const answer = await rawRequest(sandbox, { fault: { ...failure, body: body! } })
    expect(JSON.parse(answer.body.toString())).toMatchObject(expected)
    expect(answer.headers.get('content-type')).toMatch(/^application\/(problem\+)?json$/)
    expect(answer.headers.get('x-vq-quota-remaining')).toBe('0')
  })

  test.each<[Fault['body'], string, RegExp]>([
    ['html', 'text/html; charset=utf-8', /^<!DOCTYPE html>/],
    ['text', 'text/plain; charset=utf-8', /^Simulated failure\n$/],
    ['empty', 'application/json', /^$/],
  ])('can be %s', async (body, type, expected) => {
    for (const status of [200, 502]) {
      const answer = await rawRequest(sandbox, { fault: { status, body: body! } })
      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-type')).toBe(type)
      expect(answer.body.toString()).toMatch(expected)
    }
  })

  test('can be endless, until the client leaves', async () => {
    const answer = await rawRequest(sandbox, {
      fault: { status: 500, body: 'endless' },
      until: (text) => text.length > 200_000,
    })
    expect(answer).toMatchObject({ status: 500, terminated: false, end: 'open' })
    const record = sandbox.requests.at(-1)
    await record?.done
    expect(record?.closed).toBe('client')
  })
})

describe('headers', () => {
  test('can be Retry-After, retry-after-ms and x-should-retry', async () => {
    const fault = { status: 429, retryAfter: 2, retryAfterMs: 250, shouldRetry: false }
    const { headers } = await rawRequest(sandbox, { fault })
    expect(headers.get('retry-after')).toBe('2')
    expect(headers.get('retry-after-ms')).toBe('250')
    expect(headers.get('x-should-retry')).toBe('false')
    expect(headers.get('x-vq-ratelimit-remaining')).toBe('0')
  })

  test('can be Retry-After with an HTTP date', async () => {
    const { headers } = await rawRequest(sandbox, { fault: { status: 503, retryAfterDate: 30 } })
    const value = headers.get('retry-after') ?? ''
    expect(value).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
    const inSeconds = (Date.parse(value) - Date.now()) / 1000
    expect(inSeconds).toBeGreaterThan(25)
    expect(inSeconds).toBeLessThan(31)
  })

  test('can be a wrong Content-Type, or none, for the usual stream', async () => {
    const html = await rawRequest(sandbox, { fault: { contentType: 'text/html' } })
    expect(html.headers.get('content-type')).toBe('text/html')
    expect(dataOf(html.body).at(-1)).toBe('[DONE]')
    const none = await rawRequest(sandbox, { fault: { contentType: 'none' } })
    expect(none.headers.has('content-type')).toBe(false)
    expect(dataOf(none.body).at(-1)).toBe('[DONE]')
  })

  test('can be two lines of Content-Type, for the stream and for an error', async () => {
    const twice = ['text/event-stream; charset=utf-8', 'text/html']
    for (const fault of [{}, { status: 503 }, { status: 204 }]) {
      const answer = await rawRequest(sandbox, {
        headers: {
          'x-sandbox-fault': `${formatFault(fault)}; header.Content-Type=a/b; header.Content-Type=c/d`,
        },
      })
      expect(answer.headerLines.filter((line) => /^content-type:/i.test(line))).toEqual([
        'content-type: a/b',
        'content-type: c/d',
      ])
    }
    await using own = await startSandbox({ faults: { headers: { 'content-type': twice } } })
    const answer = await rawRequest(own)
    expect(answer.headerLines.filter((line) => /^content-type:/i.test(line))).toEqual(
      twice.map((value) => `content-type: ${value}`),
    )
    expect(dataOf(answer.body).at(-1)).toBe('[DONE]')
  })

  test('can be any other header', async () => {
    const fault = { headers: { 'content-encoding': 'gzip', 'x-request-id': 'req_mine' } }
    const { headers } = await rawRequest(sandbox, { fault })
    expect(headers.get('content-encoding')).toBe('gzip')
    expect(headers.get('x-request-id')).toBe('req_mine')
  })
})

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])(
    '%i to the sandbox itself can be followed',
    async (status) => {
      const response = await follow(`status=${status}; ids`)
      expect(response.redirected).toBe(true)
      expect(response.status).toBe(200)
      const text = await response.text()
      expect(text).toContain('NVDA')
      expect(text).toContain('id: 1\n')
      const [first, second] = sandbox.requests.slice(-2)
      expect(first).toMatchObject({ status, method: 'POST' })
      expect(second).toMatchObject({ status: 200, method: status < 307 ? 'GET' : 'POST' })
      expect(second?.headers['authorization']).toBe('Bearer [redacted]')
    },
  )

  test('to another origin shows there what the client sends', async () => {
    const response = await follow(`status=307; location=${other.url}/ai/analyze`)
    expect(response.status).toBe(401)
    expect(other.requests).toHaveLength(1)
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization')
    expect(other.requests[0]?.body).toEqual({ prompt, stream: true })
  })

  test('can have no Location, an empty Location, or no end', async () => {
    const none = await rawRequest(sandbox, { fault: { status: 302, location: 'none' } })
    expect(none.status).toBe(302)
    expect(none.headers.has('location')).toBe(false)
    const empty = await rawRequest(sandbox, { fault: { status: 307, location: '' } })
    expect(empty.headers.get('location')).toBe('')
    for (const status of [302, 307]) {
      const before = sandbox.requests.length
      await expect(follow(`status=${status}; location=loop`)).rejects.toThrow('fetch failed')
      const seen = sandbox.requests.slice(before).map((request) => request.status)
      expect(seen.length).toBeGreaterThan(10)
      expect(new Set(seen)).toEqual(new Set([status]))
    }
  })

  test('and the request after it are one attempt', async () => {
    const headers = { 'idempotency-key': 'redirected' }
    const answer = await rawRequest(sandbox, { headers, fault: { status: 307, times: 1 } })
    const path = answer.headers.get('location') ?? ''
    expect((await rawRequest(sandbox, { headers, path })).status).toBe(200)
    expect(sandbox.requests.at(-1)).toMatchObject({ attempt: 1 })
  })

  test('allows GET only with a mark that the sandbox sent', async () => {
    const path = '/v1/ai/analyze?sandbox-redirect=made-up'
    expect((await rawRequest(sandbox, { method: 'GET', path })).status).toBe(405)
  })
})

describe('before the headers', () => {
  test('delay waits', async () => {
    const start = performance.now()
    expect((await rawRequest(sandbox, { fault: { delay: 80 } })).status).toBe(200)
    expect(performance.now() - start).toBeGreaterThan(75)
  })

  test('hang sends nothing until the client leaves', async () => {
    const before = sandbox.requests.length
    const leaving = new AbortController()
    const response = fetch(`${sandbox.url}/ai/analyze`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}`, 'x-sandbox-fault': 'hang' },
      body: JSON.stringify({ prompt }),
      signal: leaving.signal,
    }).catch((error: unknown) => error)
    await expect.poll(() => sandbox.requests.length).toBe(before + 1)
    // Enough for an answer to arrive.
    const silence = new Promise((resolve) => setTimeout(resolve, 100, 'silence'))
    expect(await Promise.race([response, silence])).toBe('silence')
    leaving.abort()
    expect(await response).toMatchObject({ name: 'AbortError' })
    const record = sandbox.requests.at(-1)
    await record?.done
    expect(record).toMatchObject({ closed: 'client', bytesSent: 0 })
    expect(record?.status).toBeUndefined()
  })

  test.each(['fin', 'rst'] as const)('destroy=%s closes the connection', async (destroy) => {
    const answer = await rawRequest(sandbox, { fault: { destroy } })
    expect(answer).toMatchObject({ status: 0, end: destroy })
    expect(answer.headers.size).toBe(0)
    expect(sandbox.requests.at(-1)).toMatchObject({ closed: 'fault', bytesSent: 0 })
  })
})
