import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { clientOf, prompt } from '../test-support/sandbox-client.ts'
import { ConfigurationError, VecTrade, version } from '../index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())
afterEach(() => void vi.unstubAllEnvs())

describe('the environment', () => {
  test('supplies the key and the base URL that the options do not', async () => {
    vi.stubEnv('VECTRADE_API_KEY', sandbox.apiKey)
    vi.stubEnv('VECTRADE_BASE_URL', `${sandbox.url}/vq`)
    expect(await new VecTrade().ai.stream(prompt).finalText()).toContain('NVDA')
    expect(lastRequest(sandbox).path).toBe('/v1/vq/ai/analyze')
    await new VecTrade({ baseURL: sandbox.url }).ai.stream(prompt).finalText()
    expect(lastRequest(sandbox).path).toBe('/v1/ai/analyze')
  })

  test('without a key is an error that names the option and the variable', () => {
    for (const key of [undefined, '']) {
      vi.stubEnv('VECTRADE_API_KEY', key)
      const { ai } = new VecTrade()
      expect(() => ai.stream(prompt)).toThrow(ConfigurationError)
      expect(() => ai.stream(prompt)).toThrow(/`apiKey`.*VECTRADE_API_KEY/)
    }
  })

  test('with a key that cannot be sent is an error that does not contain the key', () => {
    vi.stubEnv('VECTRADE_API_KEY', 'vq_with a\nline break')
    expect(() => new VecTrade()).toThrow(expect.not.stringContaining('line break\n'))
    expect(() => new VecTrade()).toThrow(ConfigurationError)
  })
})

test('a request names this package and its version', async () => {
  await clientOf(sandbox).ai.stream(prompt).finalText()
  expect(lastRequest(sandbox).headers['user-agent']).toBe(`vectrade-node/${version}`)
  const own = clientOf(sandbox, {}, { headers: { 'User-Agent': 'mine/1' } })
  await own.ai.stream(prompt).finalText()
  expect(lastRequest(sandbox).headers['user-agent']).toBe('mine/1')
})
