import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, VecTrade, type VecTradeOptions } from '../index.ts'

const make = (options: VecTradeOptions, env: Record<string, string> = {}): VecTrade =>
  new VecTrade(options, { name: 'test', env: (name) => env[name] })

describe('refuses', () => {
  test.for<[string, Record<string, unknown>, RegExp]>([
    ['a key with a line break', { apiKey: 'vq_secret\n' }, /`apiKey`/],
    ['a key with a space', { apiKey: 'vq secret' }, /`apiKey`/],
    ['a number as the key', { apiKey: 7 }, /`apiKey`/],
    ['a base URL that is not a URL', { baseURL: 'secret.example' }, /`baseURL`/],
    ['another protocol', { baseURL: 'ftp://secret.example' }, /https/],
    ['credentials in the URL', { baseURL: 'https://user:secret@e' }, /credentials/],
    ['a query in the URL', { baseURL: 'https://e/v1?secret=1' }, /query/],
    ['an empty query in the URL', { baseURL: 'https://secret/v1?' }, /query/],
    ['an empty fragment in the URL', { baseURL: 'https://secret/v1#' }, /fragment/],
    ['plain http to another machine', { baseURL: 'http://example.com/v1' }, /allowInsecure/],
    [
      'http to a host that only looks local',
      { baseURL: 'http://127.0.0.1.example.com' },
      /allowInsecure/,
    ],
    ['http to all interfaces', { baseURL: 'http://0.0.0.0/v1' }, /allowInsecure/],
    ['an unknown scheme', { authScheme: 'basic' }, /`authScheme`/],
    ['a fetch that is not a function', { fetch: 'fetch' }, /`fetch`/],
    ['a header that cannot be sent', { headers: { 'x-a': 'secret\r\nx-b: 1' } }, /`headers`/],
    ['a header outside Latin-1', { headers: { 'x-a': 'sécret…' } }, /`headers`/],
    ['a negative limit', { timeout: -1 }, /`timeout`/],
    ['a limit that is not a number', { idleTimeout: '5' }, /`idleTimeout`/],
    ['NaN', { heartbeatTimeout: Number.NaN }, /`heartbeatTimeout`/],
    ['half a retry', { maxRetries: 0.5 }, /`maxRetries`/],
    ['events without bytes', { maxEventBytes: 0 }, /`maxEventBytes`/],
    ['a key of null', { apiKey: null }, /`apiKey`/],
    ['a base URL of null', { baseURL: null }, /`baseURL`/],
    ['a base URL in an array', { baseURL: ['https://e/v1'] }, /`baseURL`/],
    ['an endpoint of null', { endpoint: null }, /`endpoint`/],
    ['an endpoint that is not a URL', { endpoint: {}, apiKey: undefined }, /`endpoint`/],
    ['a scheme of null', { authScheme: null }, /`authScheme`/],
    ['a fetch of null', { fetch: null }, /`fetch`/],
    ['headers of null', { headers: null }, /`headers`/],
    ['a string of headers', { headers: 'x-a: secret' }, /`headers`/],
    ['a header without a value', { headers: { 'x-a': undefined } }, /`headers`.*`x-a`/],
    ['a header of null', { headers: [['x-a', null]] }, /`headers`.*`x-a`/],
    ['an array as the value of a header', { headers: { 'x-a': ['secret'] } }, /`headers`.*`x-a`/],
    ['a logger of null', { logger: null }, /`logger`/],
    ['the name of a logger', { logger: 'console' }, /`logger`/],
    ['a logger without its methods', { logger: { log: () => {} } }, /`logger`/],
    ['a string for a boolean', { allowInsecure: 'false' }, /`allowInsecure`/],
    ['a limit of null', { timeout: null }, /`timeout`/],
  ])('%s, and names the option', ([, options, message]) => {
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

  test.for([null, 'env', { env: null }, { env: {} }])(
    '%j as what the runtime supplies',
    (runtime) => {
      const create = (): unknown => new VecTrade({ apiKey: 'vq_key' }, runtime as never)
      expect(create).toThrow(ConfigurationError)
      expect(create).toThrow(/`env`|\{ env: … \}/)
    },
  )

  test.for([
    undefined,
    null,
    7,
    {},
    { prompt: 7 },
    ['p'],
    { prompt: 'p', symbols: 'NVDA' },
    { prompt: 'p', symbols: [7] },
    { prompt: 'p', symbols: null },
    { prompt: 'p', symbols: Array(2) },
    new String('p'),
  ])('the prompt %j', async (request) => {
    const { ai } = make({ apiKey: 'vq_key' })
    expect(() => ai.stream(request as string)).toThrow(ConfigurationError)
    await expect(ai.analyze(request as string)).rejects.toThrow(ConfigurationError)
  })

  test.for([undefined, ''])('the first call without a key: %j', async (apiKey) => {
    const { ai } = make({ apiKey })
    expect(() => ai.stream('p')).toThrow(/`apiKey`.*VECTRADE_API_KEY/)
    expect(() => ai.stream('p')).toThrow(ConfigurationError)
    await expect(ai.analyze('p')).rejects.toThrow(ConfigurationError)
  })

  test.for([null, 'vq_secret', ['vq_secret'], () => {}])('options of %j', async (options) => {
    const wrong = options as object
    const call = { prompt: 'p' }
    const { ai } = make({ apiKey: 'vq_key' })
    const kept = make({ endpoint: 'https://e/analyze' }).ai
    const makes = [() => make(wrong), () => ai.stream(call, wrong), () => kept.resume('id', wrong)]
    for (const act of makes) {
      expect(act).toThrow(ConfigurationError)
      expect(act).toThrow(/must be an object such as/)
      expect(act).not.toThrow(/secret/)
    }
    await expect(ai.analyze(call, wrong)).rejects.toThrow(ConfigurationError)
  })

  test.for<[string, Record<string, unknown>]>([
    ['timeout', { timeout: -1 }],
    ['maxRetries', { maxRetries: null }],
    ['idempotencyKey', { idempotencyKey: 'a\nb' }],
    ['idempotencyKey', { idempotencyKey: '' }],
    ['idempotencyKey', { idempotencyKey: null }],
    ['idempotencyKey', { idempotencyKey: 7 }],
    ['headers', { headers: { 'bad name': '' } }],
    ['headers', { headers: null }],
    ['signal', { signal: null }],
    ['signal', { signal: new AbortController() }],
    ['signal', { signal: new EventTarget() }],
  ])('%s of a call: %j', async ([name, options]) => {
    const { ai } = make({ apiKey: 'vq_key' })
    const kept = make({ endpoint: 'https://e/analyze' }).ai
    for (const act of [() => ai.stream('p', options), () => kept.resume('id', options)]) {
      expect(act).toThrow(ConfigurationError)
      expect(act).toThrow(`\`${name}\``)
    }
    await expect(ai.analyze('p', options)).rejects.toThrow(`\`${name}\``)
  })

  test.for([null, 7, ['1'], 'a\n', '\0', ' ', '\ud800'])('the last event ID %j', (lastEventId) => {
    const { ai } = make({ endpoint: 'https://e/analyze' })
    const resume = (): unknown => ai.resume('id', { lastEventId: lastEventId as string })
    expect(resume).toThrow(ConfigurationError)
    expect(resume).toThrow('`lastEventId`')
  })
})

describe('takes', () => {
  test.for<[string, Record<string, unknown>]>([
    ['http to localhost', { baseURL: 'http://localhost:8787/v1' }],
    ['http to a name under localhost', { baseURL: 'http://api.localhost/v1' }],
    ['http to 127/8', { baseURL: 'http://127.1.2.3/v1' }],
    ['http to ::1', { baseURL: 'http://[::1]:1/v1' }],
    ['plain http if it is allowed', { baseURL: 'http://example.com', allowInsecure: true }],
    ['limits of 0 and Infinity', { timeout: 0, idleTimeout: Infinity, maxEventBytes: Infinity }],
    ['headers in a Map', { headers: new Map([['x-a', 'b']]) }],
    ['a number for a header', { headers: { 'x-a': 7 } }],
    ['a logger with one method', { logger: { warn: () => {} } }],
    ['options that are undefined', { baseURL: undefined, headers: undefined, logger: undefined }],
  ])('%s', ([, options]) => {
    expect(make({ apiKey: 'vq_key', ...options })).toBeInstanceOf(VecTrade)
  })

  test('key and base URL from the environment, but options win', async () => {
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

test('headers of another message are sent, except those about its connection and its body', async () => {
  const sent: RequestInit[] = []
  const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    sent.push(init)
    return new Response('data: [DONE]\n\n', { headers: { 'content-type': 'text/event-stream' } })
  }
  const headers = new Headers({
    connection: 'keep-alive, X-Hop',
    'content-encoding': 'gzip',
    'content-length': '3',
    'keep-alive': 'timeout=5',
    te: 'trailers',
    traceparent: '00-1-2-03',
    'transfer-encoding': 'chunked',
    upgrade: 'h2c',
    'x-hop': '1',
  })
  await make({ apiKey: 'vq_key', fetch }).ai.stream('p', { headers }).finalText()
  await make({ apiKey: 'vq_key', fetch, headers }).ai.stream('p').finalText()
  for (const init of sent) {
    expect(Object.keys(init.headers ?? {}).toSorted()).toEqual([
      'accept',
      'cache-control',
      'content-type',
      'idempotency-key',
      'traceparent',
      'user-agent',
      'x-api-key',
    ])
  }
})

test('inspecting and serializing show neither the key nor the prompt', () => {
  const client = make({ apiKey: 'vq_hidden', headers: { 'x-other': 'hidden too' } })
  const stream = client.ai.stream('the prompt')
  for (const value of [client, client.ai, stream]) {
    expect(inspect(value, { depth: 10, showHidden: true, getters: false })).not.toMatch(
      /hidden|prompt/,
    )
    expect(JSON.stringify(value)).not.toMatch(/hidden|prompt/)
  }
})
