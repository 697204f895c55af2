import { describe, expect, test } from 'vitest'
import { question, ok, post, serve } from '../test-support/serve.ts'

const own = 'http://192.168.0.5:5173'
const sameOrigin = { 'sec-fetch-site': 'same-origin' }
const crossSite = { 'sec-fetch-site': 'cross-site' }

/** A proxy asks for `https://app.example/api/analyze`, whatever the address bar has. */
describe('an endpoint behind a proxy that changes Host', () => {
  test.for<[string, string | string[] | undefined, Record<string, string>, number]>([
    ['with its header, of a browser that sends it', undefined, { origin: own, ...sameOrigin }, 200],
    ['of a browser over plain http', undefined, { origin: own }, 403],
    ['of the same, with its origin set', own, { origin: own }, 200],
    ['of one of two', ['https://app.example', own], { origin: own }, 200],
    ['of another port', own, { origin: 'http://192.168.0.5:5174' }, 403],
    ['of another scheme', own, { origin: 'https://192.168.0.5:5173' }, 403],
    ['of no origin', own, { origin: 'null' }, 403],
    // Where the origin is known, `Host` says nothing: a page of any name can be led to an address.
    ['of what Host says, in place of it', own, { origin: 'https://app.example' }, 403],
    // A page of the second origin cannot read what the first one answers: that is for `cors`.
    ['of another of its origins', [own, 'https://app.example'], { origin: own, ...crossSite }, 403],
    ['that is none', own, {}, 200],
  ])('judges a page %s', async ([, publicOrigin, headers, status]) => {
    const { handler, sent } = serve(ok, { publicOrigin })
    const response = await handler(post(question, headers))
    expect(response.status).toBe(status)
    expect(sent).toHaveLength(status === 200 ? 1 : 0)
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
    await response.body?.cancel()
  })

  test('says what to set', async () => {
    const response = await serve(ok).handler(post(question, { origin: own }))
    const { error } = (await response.json()) as { error: { type: string; message: string } }
    expect(error.type).toBe('permission_error')
    expect(error.message).toMatch(/`publicOrigin`.*`cors.origins`/)
  })

  test('has pages of other origins too', async () => {
    const origin = 'https://other.example'
    const { handler } = serve(ok, { publicOrigin: own, cors: { origins: [origin] } })
    const response = await handler(post(question, { origin, ...crossSite }))
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    await response.body?.cancel()
  })
})
