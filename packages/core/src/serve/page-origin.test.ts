import { describe, expect, test } from 'vitest'
import { question, ok, post, serve } from '../test-support/serve.ts'

const own = 'http://192.168.0.5:5173'
const sameOrigin = { 'sec-fetch-site': 'same-origin' }
const crossSite = { 'sec-fetch-site': 'cross-site' }

/** The proxy requests `https://app.example/api/analyze`, whatever the address bar shows. */
describe('an endpoint behind a proxy that changes Host', () => {
  test.for<[string, string | string[] | undefined, Record<string, string>, number]>([
    ['in a browser that sends Sec-Fetch-Site', undefined, { origin: own, ...sameOrigin }, 200],
    ['in a browser that does not, without publicOrigin', undefined, { origin: own }, 403],
    ['of the public origin', own, { origin: own }, 200],
    ['of one of two public origins', ['https://app.example', own], { origin: own }, 200],
    ['of the public origin with another port', own, { origin: 'http://192.168.0.5:5174' }, 403],
    ['of the public origin with another scheme', own, { origin: 'https://192.168.0.5:5173' }, 403],
    ['of an opaque origin', own, { origin: 'null' }, 403],
    // With publicOrigin, `Host` must not count, because any site can point a name of its own to the address.
    [
      'of the origin in Host, with another publicOrigin',
      own,
      { origin: 'https://app.example' },
      403,
    ],
    // A page of one public origin cannot read a response of the other without `cors`.
    [
      'of the other public origin, cross-site',
      [own, 'https://app.example'],
      { origin: own, ...crossSite },
      403,
    ],
    ['that is not a page but a program', own, {}, 200],
  ])('allows or refuses a page %s', async ([, publicOrigin, headers, status]) => {
    const { handler, sent } = serve(ok, { publicOrigin })
    const response = await handler(post(question, headers))
    expect(response.status).toBe(status)
    expect(sent).toHaveLength(status === 200 ? 1 : 0)
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
    await response.body?.cancel()
  })

  test('tells a refused page which options to set', async () => {
    const response = await serve(ok).handler(post(question, { origin: own }))
    const { error } = (await response.json()) as { error: { type: string; message: string } }
    expect(error.type).toBe('permission_error')
    expect(error.message).toMatch(/`publicOrigin`.*`cors.origins`/)
  })

  test('also allows the pages of cors.origins', async () => {
    const origin = 'https://other.example'
    const { handler } = serve(ok, { publicOrigin: own, cors: { origins: [origin] } })
    const response = await handler(post(question, { origin, ...crossSite }))
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    await response.body?.cancel()
  })
})
