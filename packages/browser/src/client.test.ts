import * as core from '@vectrade/core'
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { bundle } from './test-support/bundle.ts'
import * as browser from './index.ts'
import { type BrowserOptions, ConfigurationError, VecTrade } from './index.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

const href = 'https://app.example.com/chat/new?tab=1#top'

/** Returns the request that a client with these options sends. */
async function requestOf(options: BrowserOptions): Promise<{ url: string; init: RequestInit }> {
  const sent: { url: string; init: RequestInit }[] = []
  const client = new VecTrade({
    ...options,
    fetch: (url, init) => {
      sent.push({ url, init })
      return Promise.resolve(new Response(null, { status: 404 }))
    },
  })
  await client.ai
    .stream('p')
    .finalText()
    .catch(() => {})
  expect(sent).toHaveLength(1)
  return sent[0]!
}

test('exports the names of core, with its own VecTrade, and the stores', () => {
  const own = ['createAnalysis', 'createLive']
  expect(Object.keys(browser).toSorted()).toEqual([...Object.keys(core), ...own].toSorted())
  expect(VecTrade).not.toBe(core.VecTrade)
  expect(new VecTrade({ endpoint: href })).toBeInstanceOf(core.VecTrade)
  expectTypeOf<BrowserOptions['credentials']>().toEqualTypeOf<
    'same-origin' | 'include' | 'omit' | undefined
  >()
})

test('its bundle evaluates no code from strings and uses nothing from Node', async () => {
  const code = await bundle(new URL('./index.ts', import.meta.url))
  expect(code).toContain('/api/analyze')
  expect(code).not.toMatch(/\beval\b|\bnew Function\b|\bnode:|\bprocess\b|\brequire\b/)
})

describe('the endpoint', () => {
  test.for([
    ['/api/analyze', 'https://app.example.com/api/analyze'],
    ['/api/analyze?team=1#part', 'https://app.example.com/api/analyze?team=1'],
    ['analyze', 'https://app.example.com/chat/analyze'],
    ['//api.example.com/analyze', 'https://api.example.com/analyze'],
    ['http://localhost:3000/analyze', 'http://localhost:3000/analyze'],
    [new URL('https://api.example.com/analyze'), 'https://api.example.com/analyze'],
  ] as const)('%s is resolved to %s', async ([endpoint, url]) => {
    vi.stubGlobal('location', { href })
    expect((await requestOf({ endpoint })).url).toBe(url)
  })

  test('is relative to the base URL of the document, as for fetch', async () => {
    vi.stubGlobal('location', { href })
    vi.stubGlobal('document', { baseURI: 'https://app.example.com/' })
    expect((await requestOf({ endpoint: 'analyze' })).url).toBe('https://app.example.com/analyze')
  })

  test('is called with the default credentials of fetch and without a key', async () => {
    vi.stubEnv('VECTRADE_API_KEY', 'vq_environment')
    const { init } = await requestOf({ endpoint: href })
    expect(init).toMatchObject({ credentials: 'same-origin', redirect: 'manual' })
    expect(Object.keys(init.headers as object).toSorted()).toEqual([
      'accept',
      'cache-control',
      'content-type',
      'idempotency-key',
    ])
  })

  test.for(['same-origin', 'include', 'omit'] as const)(
    'is called with the credentials %s',
    async (credentials) => {
      expect((await requestOf({ endpoint: href, credentials })).init.credentials).toBe(credentials)
    },
  )
})

describe('a key', () => {
  const apiKey = 'vq_example'

  test('is sent to the API if that is allowed, and to no redirect', async () => {
    const { url, init } = await requestOf({ apiKey, dangerouslyAllowBrowser: true })
    expect(url).toBe('https://api.vectrade.io/v1/ai/analyze')
    expect(init).toMatchObject({
      credentials: 'same-origin',
      redirect: 'manual',
      headers: { 'x-api-key': 'vq_example' },
    })
    expect(init.headers).not.toHaveProperty('user-agent')
  })

  test('is not read from the environment', () => {
    vi.stubEnv('VECTRADE_API_KEY', 'vq_environment')
    expect(() => new VecTrade()).toThrow(ConfigurationError)
    expect(() => new VecTrade({ dangerouslyAllowBrowser: true })).toThrow(ConfigurationError)
  })
})

describe('refuses', () => {
  const apiKey = 'vq_secret'

  test.for([
    [{}, /`endpoint`.*new VecTrade\(\{ endpoint: '\/api\/analyze' \}\).*createHandler/],
    [{ endpoint: '' }, /`endpoint`/],
    [{ apiKey }, /Anyone.*`endpoint`.*createHandler.*`dangerouslyAllowBrowser: true`/],
    [{ apiKey, dangerouslyAllowBrowser: 1 }, /`dangerouslyAllowBrowser: true`/],
    [{ apiKey, endpoint: href }, /one of `endpoint` and `apiKey`/],
    [{ apiKey, endpoint: href, dangerouslyAllowBrowser: true }, /one of/],
    [{ endpoint: 'ftp://example.com/' }, /`endpoint`.*http/],
    [{ endpoint: 'data:text/plain,vq_secret' }, /`endpoint`.*http/],
    [{ endpoint: 'https://vq_secret@example.com/' }, /`endpoint`.*password/],
    [{ endpoint: 'https://me:vq_secret@example.com/' }, /`endpoint`.*password/],
    [{ endpoint: 'https://vq_secret:x/' }, /`endpoint`.*URL/],
    [{ endpoint: href, credentials: 'always' }, /`credentials`.*'include'/],
    [{ endpoint: href, credentials: true }, /`credentials`/],
    [{ endpoint: href, timeout: -1 }, /`timeout`/],
    [{ endpoint: href, timeout: null }, /`timeout`/],
    [{ endpoint: href, credentials: null }, /`credentials`/],
    [{ endpoint: href, headers: null }, /`headers`/],
    [{ endpoint: null }, /`endpoint`/],
    [{ endpoint: href, apiKey: null }, /`apiKey`/],
    [null, /\{ credentials: … \}/],
    ['vq_secret', /\{ credentials: … \}/],
  ] as const)('%o', ([options, message]) => {
    vi.stubGlobal('location', { href })
    const make = (): VecTrade => new VecTrade(options as BrowserOptions)
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow(message)
    expect(make).not.toThrow(/vq_secret/)
  })

  test.for(['about:blank', 'blob:https://app.example.com/1'])(
    'a relative endpoint if the page is %s, but not an absolute one',
    (page) => {
      vi.stubGlobal('location', { href: page })
      expect(() => new VecTrade({ endpoint: '/api/analyze' })).toThrow(/`endpoint`.*absolute/)
      expect(() => new VecTrade({ endpoint: 'https://example.com/' })).not.toThrow()
    },
  )
})

test('a server-side render can create clients, but only a page can call a relative endpoint', async () => {
  const client = new VecTrade({ endpoint: '/api/analyze' })
  expect(() => client.ai.stream('p')).toThrow(/`endpoint`.*absolute/)
  await expect(client.ai.analyze('p')).rejects.toThrow(ConfigurationError)
  vi.stubGlobal('location', { href: 'https://app.example.com/chat' })
  expect(() => client.ai.stream('p')).not.toThrow()
  expect(() => new VecTrade({ endpoint: 'https://user:secret@example.com/' })).toThrow(/password/)
})
