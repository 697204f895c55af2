import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from './server.ts'
import { dataOf, prompt, type RawAnswer, rawRequest } from './test-support/raw-request.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ maxPromptLength: 100, maxBodyBytes: 2000 })
})
afterAll(() => sandbox.close())

function errorOf(answer: RawAnswer): { type: string; message: string } {
  const body = JSON.parse(answer.body.toString()) as { error: never; request_id: string }
  expect(body.request_id).toBe(answer.headers.get('x-request-id'))
  return body.error
}

describe('an answer', () => {
  test.each(['/v1/ai/analyze', '/v1/vq/ai/analyze'])('streams on %s', async (path) => {
    const answer = await rawRequest(sandbox, { path })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(answer.headers.get('transfer-encoding')).toBe('chunked')
    expect(answer.headers.has('content-length')).toBe(false)
    expect(answer).toMatchObject({ terminated: true, end: 'fin' })
    expect(dataOf(answer.body).at(-1)).toBe('[DONE]')
  })

  test('has a Content-Length if it is JSON', async () => {
    const body = JSON.stringify({ prompt, stream: false })
    const answer = await rawRequest(sandbox, { body })
    expect(answer.headers.get('content-length')).toBe(String(answer.body.length))
    expect(JSON.parse(answer.body.toString())).toHaveProperty('metadata.simulated', true)
  })

  test('has headers with the remaining rate limit and quota', async () => {
    const [first, second] = [await rawRequest(sandbox), await rawRequest(sandbox)]
    for (const name of ['x-vq-ratelimit-remaining', 'x-vq-quota-remaining']) {
      expect(Number(second.headers.get(name))).toBe(Number(first.headers.get(name)) - 1)
    }
    const reset = Number(first.headers.get('x-vq-ratelimit-reset')) - Date.now() / 1000
    expect(Math.abs(reset)).toBeLessThanOrEqual(61)
    expect(first.headers.get('x-vq-ratelimit-limit')).toBe('100000')
    expect(first.headers.get('x-vq-quota-limit')).toBe('1000000')
  })

  test('has its own request id, which is also in the log', async () => {
    const ids = [await rawRequest(sandbox), await rawRequest(sandbox, { path: '/' })].map(
      (answer) => answer.headers.get('x-request-id'),
    )
    expect(sandbox.requests.slice(-2).map(({ id }) => id)).toEqual(ids)
    expect(ids[0]).not.toBe(ids[1])
  })

  test('leaves its connection open for the next request', async () => {
    for (const fault of ['', 'status=503', '', 'status=204', '', '']) {
      const response = await fetch(`${sandbox.url}/ai/analyze`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sandbox.apiKey}`, 'x-sandbox-fault': fault },
        body: JSON.stringify({ prompt, stream: true }),
      })
      await response.text()
    }
    const ports = sandbox.requests.slice(-6).map(({ remotePort }) => remotePort)
    expect(ports[0]).toBeGreaterThan(0)
    // fetch alternates between two connections: it asks for one before the last one is free again.
    expect(new Set(ports).size).toBeLessThanOrEqual(2)
  })
})

describe('the key', () => {
  test.each([
    ['Authorization', (key: string) => ({ authorization: `Bearer ${key}` })],
    ['Authorization in lower case', (key: string) => ({ authorization: `bearer ${key}` })],
    ['X-API-Key', (key: string) => ({ authorization: undefined, 'x-api-key': key })],
  ])('is accepted in %s', async (_name, headers) => {
    const answer = await rawRequest(sandbox, { headers: headers(sandbox.apiKey) })
    expect(answer.status).toBe(200)
  })

  test.each([
    ['missing', {}, 'No API key'],
    ['of another scheme', { authorization: 'Basic dnE6' }, 'must read "Bearer <key>"'],
    ['empty', { authorization: 'Bearer ' }, 'must read "Bearer <key>"'],
    ['malformed', { authorization: 'Bearer sk-123' }, 'keys begin with "vq_"'],
    ['wrong', { authorization: 'Bearer vq_wrong_12345678' }, 'Unknown API key'],
    ['wrong in X-API-Key', { 'x-api-key': 'vq_wrong_12345678' }, 'Unknown API key'],
  ])('that is %s gets a 401', async (_name, headers, message) => {
    const answer = await rawRequest(sandbox, { headers: { authorization: undefined, ...headers } })
    expect(answer.status).toBe(401)
    expect(errorOf(answer).type).toBe('authentication_error')
    expect(errorOf(answer).message).toContain(message)
    expect(answer.body.toString()).not.toContain('12345678')
  })
})

describe('a body', () => {
  test.each([
    ['', 'The body is empty'],
    ['{"prompt": ', 'The body is not JSON'],
    ['prompt=x', 'The body is not JSON'],
    ['["x"]', 'must be a JSON object'],
    ['null', 'must be a JSON object'],
    ['{}', '`prompt` is missing'],
    ['{"prompt": 1}', '`prompt` must be a string'],
    ['{"prompt": " \\n"}', '`prompt` must not be empty'],
    [JSON.stringify({ prompt: 'x'.repeat(101) }), 'at most 100 characters, this one has 101'],
    ['{"prompt": "x", "stream": "yes"}', '`stream` must be true or false'],
    ['{"prompt": "x", "symbols": "NVDA"}', '`symbols` must be a list'],
    ['{"prompt": "x", "symbols": ["<b>"]}', '`symbols` must be a list'],
  ])('%j gets a 422', async (body, message) => {
    const answer = await rawRequest(sandbox, { body })
    expect(answer.status).toBe(422)
    expect(errorOf(answer).type).toBe('validation_error')
    expect(errorOf(answer).message).toContain(message)
  })

  test('that is too long gets a 413 before it has arrived completely', async () => {
    const answer = await rawRequest(sandbox, {
      body: 'x'.repeat(20_000_000),
      headers: { 'content-length': '1000000000' },
    })
    expect(answer).toMatchObject({ status: 413, end: 'fin' })
    expect(errorOf(answer).message).toContain('at most 2000 bytes')
    expect(answer.headers.get('connection')).toBe('close')
  })
})

describe('other paths and methods', () => {
  test.each(['/', '/v1', '/v1/ai/analyze/', '/v2/ai/analyze'])('%s gets a 404', async (path) => {
    const answer = await rawRequest(sandbox, { path })
    expect(answer.status).toBe(404)
    expect(errorOf(answer)).toMatchObject({ type: 'not_found' })
    expect(errorOf(answer).message).toContain('POST /v1/ai/analyze')
  })

  test.each([
    ['/v1', '/v1/vq'],
    ['/v1/vq', '/v1'],
  ] as const)('with the base path %s, the other one gets a 404', async (basePath, other) => {
    await using one = await startSandbox({ basePath })
    expect(new URL(one.url).pathname).toBe(basePath)
    expect((await rawRequest(one, { path: `${basePath}/ai/analyze` })).status).toBe(200)

    const answer = await rawRequest(one, { path: `${other}/ai/analyze` })
    expect(answer.status).toBe(404)
    expect(errorOf(answer).type).toBe('not_found')
    // The message does not name the path that is served. A client has to know it.
    expect(errorOf(answer).message).toBe(
      `This sandbox does not serve POST ${other}/ai/analyze: it has another \`basePath\``,
    )

    const elsewhere = await rawRequest(one, { path: '/v2/ai/analyze' })
    expect(elsewhere.status).toBe(404)
    expect(errorOf(elsewhere).message).toMatch(
      new RegExp(`serves POST ${basePath}/ai/analyze, GET ${basePath}/live, `),
    )
  })

  test('a 404 names both base paths, which are served by default', async () => {
    const answer = await rawRequest(sandbox, { path: '/v2' })
    expect(errorOf(answer).message).toContain('POST /v1/ai/analyze and POST /v1/vq/ai/analyze')
    await expect(startSandbox({ basePath: '/v2' as never })).rejects.toThrow(
      '`basePath` must be one of /v1, /v1/vq',
    )
  })

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s gets a 405', async (method) => {
    const answer = await rawRequest(sandbox, { method })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
    expect(errorOf(answer).message).toContain(`not ${method}`)
  })

  test('HEAD and TRACE get a 405 without a body', async () => {
    for (const method of ['HEAD', 'TRACE']) {
      const answer = await rawRequest(sandbox, { method })
      expect(answer).toMatchObject({ status: 405, terminated: false })
      expect(answer.body.length).toBe(0)
      expect(answer.headers.get('x-request-id')).toMatch(/^req_/)
    }
  })
})

describe('limits', () => {
  test('after the rate limit, requests get a 429', async () => {
    await using small = await startSandbox({ rateLimit: 0 })
    const answer = await rawRequest(small)
    expect(answer.status).toBe(429)
    expect(errorOf(answer)).toMatchObject({ type: 'rate_limit_error' })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(errorOf(answer)).toHaveProperty('retry_after', Number(answer.headers.get('retry-after')))
  })

  test('after the quota, requests get a 429 of another type', async () => {
    await using small = await startSandbox({ quota: 1 })
    expect((await rawRequest(small)).status).toBe(200)
    const answer = await rawRequest(small)
    expect(answer.status).toBe(429)
    expect(errorOf(answer)).toMatchObject({ type: 'quota_exceeded' })
    expect(answer.headers.get('x-vq-quota-remaining')).toBe('0')
  })

  test('the log keeps only the last records', async () => {
    await using small = await startSandbox({ maxRequests: 2 })
    for (const path of ['/1', '/2', '/3']) await rawRequest(small, { path })
    expect(small.requests.map(({ path }) => path)).toEqual(['/2', '/3'])
  })
})

describe('startSandbox', () => {
  test('accepts a port, a key and a loopback address', async () => {
    await using first = await startSandbox({ host: 'localhost', apiKey: 'vq_my_own_key' })
    expect(first.url).toMatch(/^http:\/\/localhost:\d+\/v1$/)
    expect(first.apiKey).toBe('vq_my_own_key')
    const { port } = new URL(first.url)
    await expect(startSandbox({ host: 'localhost', port: Number(port) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })

  test.each([{ host: '0.0.0.0' }, { host: 'example.com' }, { port: 70_000 }, { port: 1.5 }])(
    'refuses %j',
    async (options) => {
      await expect(startSandbox(options)).rejects.toThrow(TypeError)
    },
  )

  test.each([null, [], 'x', () => {}])(
    'refuses options that are not an object: %j',
    async (wrong) => {
      await expect(startSandbox(wrong as never)).rejects.toThrow(/options must be an object/)
    },
  )
})
