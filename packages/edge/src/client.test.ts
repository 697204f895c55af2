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

/** Makes a call, so that the fetch of the client records the URL and the key. */
async function callOnce(
  client: VecTrade,
  seen: { url?: string; key?: string | null },
): Promise<void> {
  await client.ai.analyze(prompt).catch(() => {})
  expect(seen.url).toBeDefined()
}

/** Returns a fetch that records the request and fails. */
function recordingFetch(): { seen: { url?: string; key?: string | null }; fetch: edge.Fetch } {
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

test('exports the names of core, with its own VecTrade', () => {
  expect(Object.keys(edge).toSorted()).toEqual(Object.keys(core).toSorted())
  expect(VecTrade).not.toBe(core.VecTrade)
  expect(new VecTrade({ apiKey: 'vq_option' })).toBeInstanceOf(core.VecTrade)
})

describe('fromEnv', () => {
  test('takes the key and the base URL from the bindings, not from process.env', async () => {
    vi.stubEnv('VECTRADE_API_KEY', 'vq_process')
    vi.stubEnv('VECTRADE_BASE_URL', 'https://process.example')
    const { seen, fetch } = recordingFetch()
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
    await callOnce(VecTrade.fromEnv(env, { fetch }), seen)
    expect(seen).toEqual({ url: 'https://bound.example/v1/ai/analyze', key: 'vq_bound' })
  })

  test('options take precedence', async () => {
    const { seen, fetch } = recordingFetch()
    const env = { VECTRADE_API_KEY: 'vq_bound', VECTRADE_BASE_URL: 'https://bound.example' }
    const options = { apiKey: 'vq_option', baseURL: 'https://option.example', fetch }
    await callOnce(VecTrade.fromEnv(env, options), seen)
    expect(seen).toEqual({ url: 'https://option.example/ai/analyze', key: 'vq_option' })
  })

  test('reads the bindings only', async () => {
    vi.stubEnv('VECTRADE_API_KEY', 'vq_process')
    vi.stubEnv('VECTRADE_BASE_URL', 'https://process.example')
    expect(() => VecTrade.fromEnv({}).ai.stream(prompt)).toThrow(/VECTRADE_API_KEY/)
    const { seen, fetch } = recordingFetch()
    await callOnce(VecTrade.fromEnv({ VECTRADE_API_KEY: 'vq_bound' }, { fetch }), seen)
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

  test.for([null, 'vq_secret'])('refuses %j as options', (options) => {
    const env = { VECTRADE_API_KEY: 'vq_bound' }
    const make = (): VecTrade => VecTrade.fromEnv(env, options as never)
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow('{ apiKey: … }')
  })

  test.for([{}, { VECTRADE_API_KEY: '' }])('without a key makes calls fail: %o', (env) => {
    const client = VecTrade.fromEnv(env)
    expect(() => client.ai.stream(prompt)).toThrow(/`apiKey`.*VECTRADE_API_KEY/)
  })
})

describe('the constructor', () => {
  test('reads process.env', async () => {
    await using sandbox = Object.assign(await startSandbox(), {
      [Symbol.asyncDispose]: () => sandbox.close(),
    })
    vi.stubEnv('VECTRADE_API_KEY', sandbox.apiKey)
    vi.stubEnv('VECTRADE_BASE_URL', sandbox.url)
    expect((await new VecTrade().ai.analyze(prompt)).text).not.toBe('')
  })

  test.for([undefined, {}, { env: undefined }])('works without process.env: %o', (process) => {
    vi.stubGlobal('process', process)
    expect(() => new VecTrade().ai.stream(prompt)).toThrow(ConfigurationError)
    expect(() => new VecTrade({ apiKey: 'vq_option' }).ai.stream(prompt)).not.toThrow()
  })
})
