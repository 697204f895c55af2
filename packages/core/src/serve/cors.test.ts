import { describe, expect, test } from 'vitest'
import { question, ok, post, serve, url } from '../test-support/serve.ts'

describe('pages', () => {
  const cors = { origins: ['https://other.example'], credentials: true }

  test.for<[string, Record<string, string>, number]>([
    ['of the same origin', { origin: 'https://app.example', 'sec-fetch-site': 'same-origin' }, 200],
    [
      'behind a proxy that renames',
      { origin: 'https://www.example', 'sec-fetch-site': 'same-origin' },
      200,
    ],
    ['in old browsers', { origin: 'https://app.example' }, 200],
    [
      'of allowed origins',
      { origin: 'https://other.example', 'sec-fetch-site': 'cross-site' },
      200,
    ],
    ['of other sites', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    [
      'of other origins on the site',
      { origin: 'https://b.app.example', 'sec-fetch-site': 'same-site' },
      403,
    ],
    ['of other sites, in old browsers', { origin: 'https://evil.example' }, 403],
    ['without an origin', { origin: 'null' }, 403],
    ['of an origin that begins alike', { origin: 'https://other.example.evil.example' }, 403],
    ['that are none', {}, 200],
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

  test('of allowed origins may ask before they call', async () => {
    const headers = { origin: 'https://other.example', 'access-control-request-method': 'POST' }
    const { handler } = serve(ok, { cors, authorize: () => false })
    const response = await handler(new Request(url, { method: 'OPTIONS', headers }))
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://other.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST, GET, DELETE',
      'access-control-allow-headers':
        'Accept, Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID',
    })
  })

  test.for<[string, string[], string[]]>([
    ['traceparent,baggage, X-Tenant', ['traceparent', 'baggage', 'X-Tenant'], []],
    ['x-a\t, ,,x-b', ['x-a', 'x-b'], ['']],
    ['x-a, b c, d:e, é, x-f', ['x-a', 'x-f'], ['b', 'c', 'b c', 'd:e', 'é']],
  ])('may send the headers that they ask for: %j', async ([asks, allowed, refused]) => {
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
  })

  test('of allowed origins may read all that the client reads', async () => {
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

  test('of its own may ask what there is', async () => {
    const { handler } = serve(ok, { cors })
    const response = await handler(new Request(url, { method: 'OPTIONS' }))
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'POST, OPTIONS'])
  })

  test('of other origins get no CORS headers without `cors`', async () => {
    const { handler } = serve(ok)
    const response = await handler(post(question, { origin: 'https://evil.example' }))
    expect(response.status).toBe(403)
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-'))).toEqual([])
  })

  test('bring cookies only where that is said', async () => {
    const { handler } = serve(ok, { cors: { origins: ['https://other.example'] } })
    const response = await handler(post(question, { origin: 'https://other.example' }))
    expect(response.headers.get('access-control-allow-origin')).toBe('https://other.example')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
    await response.body?.cancel()
  })
})
