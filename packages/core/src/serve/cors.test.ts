import { describe, expect, test } from 'vitest'
import { memoryStore } from '../store/memory-store.ts'
import { question, ok, post, serve, url } from '../test-support/serve.ts'

describe('a page', () => {
  const cors = { origins: ['https://other.example'], credentials: true }

  test.for<[string, Record<string, string>, number]>([
    ['of the same origin', { origin: 'https://app.example', 'sec-fetch-site': 'same-origin' }, 200],
    [
      'of the same origin, whose proxy changes the host',
      { origin: 'https://www.example', 'sec-fetch-site': 'same-origin' },
      200,
    ],
    ['of the same origin, in an old browser', { origin: 'https://app.example' }, 200],
    [
      'of an allowed origin',
      { origin: 'https://other.example', 'sec-fetch-site': 'cross-site' },
      200,
    ],
    ['of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    [
      'of another origin on the same site',
      { origin: 'https://b.app.example', 'sec-fetch-site': 'same-site' },
      403,
    ],
    ['of another site, in an old browser', { origin: 'https://evil.example' }, 403],
    ['with an opaque origin', { origin: 'null' }, 403],
    [
      'of an origin that begins with an allowed one',
      { origin: 'https://other.example.evil.example' },
      403,
    ],
    ['that is not a page but a program', {}, 200],
  ])('%s', async ([, headers, status]) => {
    const { handler, sent } = serve(ok, { cors })
    const response = await handler(post(question, headers))
    expect(response.status).toBe(status)
    expect(sent).toHaveLength(status === 200 ? 1 : 0)
    const allowed = headers['origin'] === 'https://other.example' ? headers['origin'] : null
    expect(response.headers.get('access-control-allow-origin')).toBe(allowed)
    expect(response.headers.get('vary')).toBe('Origin')
    await response.body?.cancel()
  })

  test('of an allowed origin may send a preflight request', async () => {
    const headers = { origin: 'https://other.example', 'access-control-request-method': 'POST' }
    const { handler } = serve(ok, { cors, authorize: () => false })
    const response = await handler(new Request(url, { method: 'OPTIONS', headers }))
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://other.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers':
        'Accept, Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID',
    })
  })

  test.for([
    [undefined, 'POST'],
    [memoryStore(), 'POST, GET, DELETE'],
  ] as const)(
    'of an allowed origin may use the methods that are served: %#',
    async ([store, methods]) => {
      const { handler } = serve(ok, { cors, store })
      const headers = { origin: 'https://other.example', 'access-control-request-method': 'GET' }
      const response = await handler(new Request(url, { method: 'OPTIONS', headers }))
      expect(response.headers.get('access-control-allow-methods')).toBe(methods)
      expect(response.headers.get('allow')).toBe(`${methods}, OPTIONS`)
    },
  )

  test.for<[string, string[], string[]]>([
    ['traceparent,baggage, X-Tenant', ['traceparent', 'baggage', 'X-Tenant'], []],
    ['x-a\t, ,,x-b', ['x-a', 'x-b'], ['']],
    ['x-a, b c, d:e, é, x-f', ['x-a', 'x-f'], ['b', 'c', 'b c', 'd:e', 'é']],
  ])(
    'of an allowed origin may send the headers it asks for: %j',
    async ([asks, allowed, refused]) => {
      const origin = 'https://other.example'
      const headers = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': asks,
      }
      const { handler } = serve(ok, { cors })
      const response = await handler(new Request(url, { method: 'OPTIONS', headers }))
      const names = response.headers.get('access-control-allow-headers')?.split(', ')
      expect(names).toEqual(expect.arrayContaining(['Content-Type', 'Last-Event-ID', ...allowed]))
      for (const name of refused) expect(names).not.toContain(name)

      const other = { ...headers, origin: 'https://evil.example' }
      const refusal = await handler(new Request(url, { method: 'OPTIONS', headers: other }))
      expect(refusal.status).toBe(403)
      expect([...refusal.headers.keys()].filter((name) => name.startsWith('access-'))).toEqual([])
    },
  )

  test('of an allowed origin may read all headers that the client reads', async () => {
    const { handler } = serve(ok, { cors })
    const response = await handler(post(question, { origin: 'https://other.example' }))
    const exposed = response.headers.get('access-control-expose-headers')?.toLowerCase().split(', ')
    expect(exposed).toEqual([
      'retry-after',
      'retry-after-ms',
      'x-request-id',
      'x-should-retry',
      'x-vectrade-stream-id',
      'x-vq-ratelimit-limit',
      'x-vq-ratelimit-remaining',
      'x-vq-ratelimit-reset',
      'x-vq-quota-limit',
      'x-vq-quota-remaining',
    ])
    await response.body?.cancel()
  })

  test('of the same origin may ask for the allowed methods', async () => {
    const { handler } = serve(ok, { cors })
    const response = await handler(new Request(url, { method: 'OPTIONS' }))
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'POST, OPTIONS'])
  })

  test('of another origin gets no CORS headers without `cors`', async () => {
    const { handler } = serve(ok)
    const response = await handler(post(question, { origin: 'https://evil.example' }))
    expect(response.status).toBe(403)
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-'))).toEqual([])
  })

  test('may send cookies only with `credentials`', async () => {
    const { handler } = serve(ok, { cors: { origins: ['https://other.example'] } })
    const response = await handler(post(question, { origin: 'https://other.example' }))
    expect(response.headers.get('access-control-allow-origin')).toBe('https://other.example')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
    await response.body?.cancel()
  })
})
