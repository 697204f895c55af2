import { startSandbox } from '@vectrade/sandbox'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { prompt } from './test-support/sandbox-worker.ts'
import * as edge from './index.ts'
import { ConfigurationError, VecTrade } from './index.ts'
import * as core from '@vectrade/core'

beforeEach(() => {
  vi.stubEnv('VECTRADE_API_KEY', undefined)
  vi.stubEnv('VECTRADE_BASE_URL', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

/** Where a client asks, and with which key. */
async function asks(client: VecTrade, seen: { url?: string; key?: string | null }): Promise<void> {
  await client.ai.analyze(prompt).catch(() => {})
  expect(seen.url).toBeDefined()
}

/** A fetch that notes what it is asked for, and fails. */
function noting(): { seen: { url?: string; key?: string | null }; fetch: edge.Fetch } {
  const seen: { url?: string; key?: string | null } = {}
  return {
    seen,
    fetch: (url, init) => {
      seen.url = url
      seen.key = new Headers(init.headers).get('x-api-key')
      return Promise.resolve(new Response(null, { status: 404 }))
    },
  }
}

test('the names are those of core, and its own VecTrade', () => {
  expect(Object.keys(edge).toSorted()).toEqual(Object.keys(core).toSorted())
  expect(VecTrade).not.toBe(core.VecTrade)
  expect(new VecTrade({ apiKey: 'vq_option' })).toBeInstanceOf(core.VecTrade)
})

describe('fromEnv', () => {
  test('takes key and base URL from the bindings, over process.env', async () => {
    vi.stubEnv('VECTRADE_API_KEY', 'vq_process')
    vi.stubEnv('VECTRADE_BASE_URL', 'https://process.example')
    const { seen, fetch } = noting()
    interface Env {
      VECTRADE_API_KEY: string
      VECTRADE_BASE_URL: string
      OTHER: { get(): void }
    }
    const env: Env = {
      VECTRADE_API_KEY: 'vq_bound',
      VECTRADE_BASE_URL: 'https://bound.example/v1',
      OTHER: { get: () => {} },
    }
    await asks(VecTrade.fromEnv(env, { fetch }), seen)
    expect(seen).toEqual({ url: 'https://bound.example/v1/ai/analyze', key: 'vq_bound' })
  })

  test('options win', async () => {
    const { seen, fetch } = noting()
    const env = { VECTRADE_API_KEY: 'vq_bound', VECTRADE_BASE_URL: 'https://bound.example' }
    const options = { apiKey: 'vq_option', baseURL: 'https://option.example', fetch }
    await asks(VecTrade.fromEnv(env, options), seen)
    expect(seen).toEqual({ url: 'https://option.example/ai/analyze', key: 'vq_option' })
  })

  test('reads nothing but the bindings', async () => {
    vi.stubEnv('VECTRADE_API_KEY', 'vq_process')
    vi.stubEnv('VECTRADE_BASE_URL', 'https://process.example')
    expect(() => VecTrade.fromEnv({}).ai.stream(prompt)).toThrow(/VECTRADE_API_KEY/)
    const { seen, fetch } = noting()
    await asks(VecTrade.fromEnv({ VECTRADE_API_KEY: 'vq_bound' }, { fetch }), seen)
    expect(seen.url).toBe('https://api.vectrade.io/v1/ai/analyze')
  })

  test.for([
    [{ VECTRADE_API_KEY: 'vq bound' }, /`apiKey`/],
    [{ VECTRADE_API_KEY: { get: () => 'vq_stored' } }, /binding VECTRADE_API_KEY/],
    [{ VECTRADE_API_KEY: 'vq_bound', VECTRADE_BASE_URL: 1 }, /binding VECTRADE_BASE_URL/],
    [undefined, /`env`/],
    ['vq_key', /`env`/],
  ] as const)('refuses %o', ([env, message]) => {
    const make = (): VecTrade => VecTrade.fromEnv(env as object)
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow(message)
  })

  test.for([null, 'vq_secret'])('names options that are %j', (options) => {
    const env = { VECTRADE_API_KEY: 'vq_bound' }
    const make = (): VecTrade => VecTrade.fromEnv(env, options as never)
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow('{ apiKey: … }')
  })

  test.for([{}, { VECTRADE_API_KEY: '' }])('without a key refuses a call: %o', (env) => {
    const client = VecTrade.fromEnv(env)
    expect(() => client.ai.stream(prompt)).toThrow(/`apiKey`.*VECTRADE_API_KEY/)
  })
})

describe('the constructor', () => {
  test('reads process.env where there is one', async () => {
    await using sandbox = Object.assign(await startSandbox(), {
      [Symbol.asyncDispose]: () => sandbox.close(),
    })
    vi.stubEnv('VECTRADE_API_KEY', sandbox.apiKey)
    vi.stubEnv('VECTRADE_BASE_URL', sandbox.url)
    expect((await new VecTrade().ai.analyze(prompt)).text).not.toBe('')
  })

  test.for([undefined, {}, { env: undefined }])('needs no process: %o', (process) => {
    vi.stubGlobal('process', process)
    expect(() => new VecTrade().ai.stream(prompt)).toThrow(ConfigurationError)
    expect(() => new VecTrade({ apiKey: 'vq_option' }).ai.stream(prompt)).not.toThrow()
  })
})
