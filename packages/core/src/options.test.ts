import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, VecTrade, type VecTradeOptions } from './index.ts'

const make = (options: VecTradeOptions, env: Record<string, string> = {}): VecTrade =>
  new VecTrade(options, { name: 'test', env: (name) => env[name] })

describe('refuses', () => {
  test.for<[string, Record<string, unknown>, RegExp]>([
    ['a key with a line break', { apiKey: 'vq_secret\n' }, /`apiKey`/],
    ['a key with a space', { apiKey: 'vq secret' }, /`apiKey`/],
    ['a key that is no string', { apiKey: 7 }, /`apiKey`/],
    ['a base URL that is none', { baseURL: 'secret.example' }, /`baseURL`/],
    ['another protocol', { baseURL: 'ftp://secret.example' }, /https/],
    ['credentials in the URL', { baseURL: 'https://user:secret@e' }, /credentials/],
    ['a query in the URL', { baseURL: 'https://e/v1?secret=1' }, /query/],
    ['plain http to another machine', { baseURL: 'http://example.com/v1' }, /allowInsecure/],
    ['http to what only looks local', { baseURL: 'http://127.0.0.1.example.com' }, /allowInsecure/],
    ['http to all interfaces', { baseURL: 'http://0.0.0.0/v1' }, /allowInsecure/],
    ['another scheme', { authScheme: 'basic' }, /`authScheme`/],
    ['a fetch that is none', { fetch: 'fetch' }, /`fetch`/],
    ['a header that cannot be sent', { headers: { 'x-a': 'secret\r\nx-b: 1' } }, /`headers`/],
    ['a header outside Latin-1', { headers: { 'x-a': 'sécret…' } }, /`headers`/],
    ['a negative limit', { timeout: -1 }, /`timeout`/],
    ['a limit that is no number', { idleTimeout: '5' }, /`idleTimeout`/],
    ['NaN', { heartbeatTimeout: Number.NaN }, /`heartbeatTimeout`/],
    ['half a retry', { maxRetries: 0.5 }, /`maxRetries`/],
    ['no event at all', { maxEventBytes: 0 }, /`maxEventBytes`/],
  ])('%s, saying what to do', ([, options, message]) => {
    let error: unknown
    try {
      make({ apiKey: 'vq_key', ...options })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(String(error)).toMatch(message)
    expect(inspect(error)).not.toContain('secret')
  })

  test.for([
    undefined,
    null,
    7,
    {},
    { prompt: 7 },
    ['p'],
    { prompt: 'p', symbols: 'NVDA' },
    { prompt: 'p', symbols: [7] },
  ])('the prompt %j', async (request) => {
    const { ai } = make({ apiKey: 'vq_key' })
    expect(() => ai.stream(request as string)).toThrow(ConfigurationError)
    await expect(ai.analyze(request as string)).rejects.toThrow(ConfigurationError)
  })

  test.for([undefined, ''])('no key, at the first call: %j', async (apiKey) => {
    const { ai } = make({ apiKey })
    expect(() => ai.stream('p')).toThrow(/`apiKey`.*VECTRADE_API_KEY/)
    expect(() => ai.stream('p')).toThrow(ConfigurationError)
    await expect(ai.analyze('p')).rejects.toThrow(ConfigurationError)
  })

  test('options of a call alike', () => {
    const { ai } = make({ apiKey: 'vq_key' })
    expect(() => ai.stream('p', { timeout: -1 })).toThrow(/`timeout`/)
    expect(() => ai.stream('p', { idempotencyKey: 'a\nb' })).toThrow(/`idempotencyKey`/)
    expect(() => ai.stream('p', { idempotencyKey: '' })).toThrow(/`idempotencyKey`/)
    expect(() => ai.stream('p', { headers: { 'bad name': '' } })).toThrow(ConfigurationError)
  })
})

describe('takes', () => {
  test.for<[string, Record<string, unknown>]>([
    ['http to localhost', { baseURL: 'http://localhost:8787/v1' }],
    ['http to a name under localhost', { baseURL: 'http://api.localhost/v1' }],
    ['http to 127/8', { baseURL: 'http://127.1.2.3/v1' }],
    ['http to ::1', { baseURL: 'http://[::1]:1/v1' }],
    ['insecure http when told so', { baseURL: 'http://example.com', allowInsecure: true }],
    [
      'limits that are off or endless',
      { timeout: 0, idleTimeout: Infinity, maxEventBytes: Infinity },
    ],
  ])('%s', ([, options]) => {
    expect(make({ apiKey: 'vq_key', ...options })).toBeInstanceOf(VecTrade)
  })

  test('key and base URL of the environment, options first', async () => {
    const urls: string[] = []
    const keys: unknown[] = []
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      urls.push(url)
      keys.push(new Headers(init.headers).get('x-api-key'))
      return new Response('data: [DONE]\n\n', { headers: { 'content-type': 'text/event-stream' } })
    }
    const env = { VECTRADE_API_KEY: 'vq_env', VECTRADE_BASE_URL: 'https://env/v1' }
    await make({ fetch }, env).ai.stream('p').finalText()
    await make({ fetch, apiKey: 'vq_own', baseURL: 'https://own/v1' }, env)
      .ai.stream('p')
      .finalText()
    await make({ fetch }, { ...env, VECTRADE_BASE_URL: '' })
      .ai.stream('p')
      .finalText()
    expect(keys).toEqual(['vq_env', 'vq_own', 'vq_env'])
    expect(urls).toEqual([
      'https://env/v1/ai/analyze',
      'https://own/v1/ai/analyze',
      'https://api.vectrade.io/v1/ai/analyze',
    ])
  })
})

test('the key is nowhere to be seen', () => {
  const client = make({ apiKey: 'vq_hidden', headers: { 'x-other': 'hidden too' } })
  const stream = client.ai.stream('the prompt')
  for (const value of [client, client.ai, stream]) {
    expect(inspect(value, { depth: 10, showHidden: true, getters: false })).not.toMatch(
      /hidden|prompt/,
    )
    expect(JSON.stringify(value)).not.toMatch(/hidden|prompt/)
  }
})
