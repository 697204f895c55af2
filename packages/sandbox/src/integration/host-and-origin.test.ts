import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSandboxHandler } from '../handler.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { rawRequest } from '../test-support/raw-request.ts'

const allowed = 'http://localhost:5173'
let sandbox: Sandbox
let port: string
beforeAll(async () => {
  sandbox = await startSandbox({ allowedOrigins: [allowed] })
  port = new URL(sandbox.url).port
})
afterAll(() => sandbox.close())

describe('Host', () => {
  test.each(['127.0.0.1:', 'localhost:', 'LOCALHOST:', '127.1.2.3:', '[::1]:'])(
    '%s with the port is accepted',
    async (name) => {
      expect((await rawRequest(sandbox, { headers: { host: name + port } })).status).toBe(200)
    },
  )

  test.each(['rebound.example.com:', 'localhost.example.com:', '127.0.0.1.example.com:', '[::2]:'])(
    '%s with the port is refused',
    async (name) => {
      const answer = await rawRequest(sandbox, { headers: { host: name + port } })
      expect(answer.status).toBe(403)
      expect(answer.body.toString()).toContain('"permission_error"')
      expect(answer.headers.has('x-request-id')).toBe(true)
    },
  )

  test.each(['localhost', 'localhost:1', '', 'localhost:1@127.0.0.1:'])(
    '%j is refused without the right port',
    async (host) => {
      expect((await rawRequest(sandbox, { headers: { host } })).status).toBe(403)
    },
  )

  test('is checked even if the request target is a whole URL', async () => {
    const path = `http://localhost:${port}/v1/ai/analyze`
    const host = 'rebound.example.com'
    expect((await rawRequest(sandbox, { path, headers: { host } })).status).toBe(403)
  })

  test('can be one of allowedHosts, for a handler that is mounted elsewhere', async () => {
    const handler = createSandboxHandler({ allowedHosts: ['Sandbox.test'] })
    const status = async (url: string): Promise<number> =>
      (await handler(new Request(`${url}/v1/ai/analyze`, { method: 'POST' }))).status
    expect(await status('http://sandbox.test')).toBe(401)
    expect(await status('http://sandbox.test:81')).toBe(403)
    expect(await status('http://other.test')).toBe(403)
    expect(await status('http://localhost:1234')).toBe(401)
  })
})

describe('Origin', () => {
  test.each(['http://evil.example.com', 'null', 'http://localhost:5174', 'https://localhost:5173'])(
    '%s is refused before anything else, without CORS headers',
    async (origin) => {
      for (const method of ['POST', 'OPTIONS', 'GET']) {
        const headers = { origin, 'access-control-request-method': 'POST' }
        const answer = await rawRequest(sandbox, { method, headers })
        expect(answer.status).toBe(403)
        expect(answer.headers.has('access-control-allow-origin')).toBe(false)
      }
    },
  )

  test('of the sandbox itself is accepted', async () => {
    const headers = { origin: `http://127.0.0.1:${port}` }
    const answer = await rawRequest(sandbox, { headers })
    expect(answer.status).toBe(200)
    expect(answer.headers.has('access-control-allow-origin')).toBe(false)
  })

  test('in allowedOrigins gets CORS headers, also for errors', async () => {
    for (const fault of [{}, { status: 503 }, { status: 204 }]) {
      const answer = await rawRequest(sandbox, { fault, headers: { origin: allowed } })
      expect(answer.headers.get('access-control-allow-origin')).toBe(allowed)
      expect(answer.headers.get('vary')).toBe('Origin')
      expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id')
    }
    const refused = await rawRequest(sandbox, {
      headers: { origin: allowed, authorization: undefined },
    })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('access-control-allow-origin')).toBe(allowed)
  })

  test.each([
    ['authorization,X-API-Key, idempotency-key', 'authorization, x-api-key, idempotency-key'],
    ['traceparent,baggage,x-of-my-own', 'traceparent, baggage, x-of-my-own'],
    ['x-good,x bad,bad:,,"bad"', 'x-good'],
    ['', undefined],
    [undefined, undefined],
  ])(
    'in allowedOrigins may send the headers that its preflight names: %s',
    async (asked, names) => {
      const answer = await rawRequest(sandbox, {
        method: 'OPTIONS',
        headers: {
          origin: allowed,
          authorization: undefined,
          'access-control-request-method': 'POST',
          'access-control-request-headers': asked,
        },
        body: '',
      })
      expect(answer.status).toBe(204)
      expect(answer.headers.get('access-control-allow-origin')).toBe(allowed)
      expect(answer.headers.get('access-control-allow-methods')).toBe('POST')
      expect(answer.headers.get('access-control-allow-headers')).toBe(names)
    },
  )

  test('is refused without allowedOrigins', async () => {
    await using closed = await startSandbox()
    const answer = await rawRequest(closed, { headers: { origin: allowed } })
    expect(answer.status).toBe(403)
  })
})
