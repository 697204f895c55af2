import { describe, expect, test, vi } from 'vitest'
import { question, ok, post, serve } from '../test-support/serve.ts'
import { ConfigurationError, fromResponse, type HandlerOptions } from '../index.ts'

describe('the response if authorize returns', () => {
  test.for<[string, HandlerOptions['authorize'], number, number]>([
    ['true', () => true, 200, 1],
    ['a promise of true', async () => true, 200, 1],
    ['false', () => false, 401, 0],
    ['401', () => 401, 401, 0],
    ['403', () => Promise.resolve<403>(403), 403, 0],
    ['a response', () => new Response('pay first', { status: 402 }), 402, 0],
    ['a redirect', () => Response.redirect('https://app.example/login'), 302, 0],
    ['an error', () => Promise.reject(new Error('secret')), 500, 0],
  ])('%s', async ([, authorize, status, times]) => {
    const onError = vi.fn<(error: unknown) => void>()
    const cors = { origins: ['https://other.example'] }
    const { handler, sent } = serve(ok, { authorize, cors, onError })
    const response = await handler(post(question))
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('secret')
    expect(sent).toHaveLength(times)
    // The server gets the error itself.
    expect(onError.mock.calls).toEqual(status === 500 ? [[new Error('secret')]] : [])
  })
})

describe('authorize', () => {
  test.for([undefined, null, 'yes', 1, {}, { status: 200 }])(
    'that returns %o lets no request pass, and the server gets the error',
    async (given) => {
      const onError = vi.fn<(error: unknown) => void>()
      const { handler, sent } = serve(ok, { authorize: () => given as never, onError })
      const response = await handler(post(question))
      expect(response.status).toBe(500)
      expect(await response.text()).not.toContain('authorize')
      expect(sent).toHaveLength(0)
      expect(onError.mock.calls).toEqual([[expect.any(ConfigurationError)]])
      expect(String(onError.mock.calls[0]?.[0])).toContain('`authorize`')
    },
  )

  test('may return a Response of any library, which is sent with its status, headers and body', async () => {
    const headers = new Headers({
      connection: 'keep-alive, x-hop',
      'keep-alive': 'timeout=5',
      'x-hop': '1',
      'access-control-expose-headers': 'X-Own',
      etag: '"a"',
      vary: 'Cookie',
      'x-own': '1',
    })
    headers.append('set-cookie', 'a=1')
    headers.append('set-cookie', 'b=2')
    const own = (): Response =>
      new Response('pay first', { status: 402, statusText: 'Pay', headers })
    // A Response of another library is not an instance of this class.
    const foreign = (): Response => {
      const { body, status, statusText, headers: given } = own()
      return { body, status, statusText, headers: given, bodyUsed: false, url: '' } as Response
    }
    for (const authorize of [own, foreign]) {
      const origin = 'https://other.example'
      const { handler } = serve(ok, { authorize, cors: { origins: [origin] } })
      const response = await handler(post(question, { origin }))
      expect([response.status, response.statusText]).toEqual([402, 'Pay'])
      expect(await response.text()).toBe('pay first')
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
      expect(response.headers.get('vary')).toBe('Cookie, Origin')
      expect(response.headers.get('access-control-expose-headers')).toMatch(/^X-Own, retry-after,/)
      expect(response.headers.get('access-control-allow-origin')).toBe(origin)
      expect(response.headers.get('etag')).toBe('"a"')
      for (const name of ['connection', 'keep-alive', 'x-hop']) {
        expect(response.headers.has(name)).toBe(false)
      }
    }
  })

  test('must return a new Response for each request', async () => {
    const used = new Response('pay first', { status: 402 })
    const onError = vi.fn<(error: unknown) => void>()
    const { handler } = serve(ok, { authorize: () => used, onError })
    const first = await handler(post(question))
    expect([first.status, await first.text()]).toEqual([402, 'pay first'])
    expect((await handler(post(question))).status).toBe(500)
    expect(onError.mock.calls).toEqual([[expect.any(ConfigurationError)]])
    expect(String(onError.mock.calls[0]?.[0])).toContain('`authorize`')
  })

  test.for(['authorize', 'owner'] as const)(
    'and owner may read a copy of the body (%s)',
    async (name) => {
      const seen: unknown[] = []
      const look = async (request: Request): Promise<boolean> => {
        seen.push(await request.clone().json())
        return true
      }
      const option =
        name === 'owner' ? async (request: Request) => String(await look(request)) : look
      const { handler, sent } = serve(ok, { [name]: option })
      const response = await handler(post(question))
      expect(await fromResponse(response).finalText()).toBe('Héllo world')
      expect(seen).toEqual([question])
      expect(sent).toHaveLength(1)
    },
  )

  test.for<[string, (request: Request) => unknown]>([
    ['reads it', (request) => request.text()],
    ['locks it', (request) => request.body?.getReader()],
    [
      'reads a part of it',
      async ({ body }) => {
        const reader = body?.getReader()
        await reader?.read()
        reader?.releaseLock()
      },
    ],
  ])('must not read the body itself (it %s)', async ([, take]) => {
    const onError = vi.fn<(error: unknown) => void>()
    const authorize = async (request: Request): Promise<boolean> => {
      await take(request)
      return true
    }
    const { handler, sent } = serve(ok, { authorize, onError })
    expect((await handler(post(question))).status).toBe(500)
    expect(sent).toHaveLength(0)
    expect(onError.mock.calls).toEqual([[expect.any(ConfigurationError)]])
    expect(String(onError.mock.calls[0]?.[0])).toMatch(/`authorize`.*`request.clone\(\)`/)
  })
})
