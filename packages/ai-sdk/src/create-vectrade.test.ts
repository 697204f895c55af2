import { APICallError, NoSuchModelError } from '@ai-sdk/provider'
import { ConfigurationError, VecTrade } from '@vectrade/core'
import { startSandbox } from '@vectrade/sandbox'
import { errorOf } from '@vectrade/test-kit/error-of'
import { lastRequest } from '@vectrade/test-kit'
import { createProviderRegistry, generateText } from 'ai'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createVecTrade } from './create-vectrade.ts'

afterEach(() => vi.unstubAllEnvs())

describe('the provider', () => {
  test('has the analyst, and no other model', () => {
    const vectrade = createVecTrade({ apiKey: 'vq_example' })
    expect(vectrade('analyst')).toMatchObject({
      specificationVersion: 'v4',
      provider: 'vectrade',
      modelId: 'analyst',
    })
    for (const call of [
      () => vectrade('gpt-5' as 'analyst'),
      () => vectrade.languageModel('gpt-5'),
      () => vectrade.embeddingModel('analyst'),
      () => vectrade.imageModel('analyst'),
    ]) {
      expect(call).toThrow(NoSuchModelError)
    }
  })

  test('works in a registry', () => {
    const registry = createProviderRegistry({ vectrade: createVecTrade({ apiKey: 'vq_example' }) })
    expect(registry.languageModel('vectrade:analyst').modelId).toBe('analyst')
  })

  test('takes the key and the address from the environment', async () => {
    await using sandbox = await startSandbox()
    vi.stubEnv('VECTRADE_API_KEY', sandbox.apiKey)
    vi.stubEnv('VECTRADE_BASE_URL', sandbox.url)
    const { text } = await generateText({ model: createVecTrade()('analyst'), prompt: 'NVDA?' })
    expect(text).toContain('NVDA')
    expect(lastRequest(sandbox).headers['user-agent']).toContain('ai/')
  })

  test('without a key, fails at the first call and not before', async () => {
    vi.stubEnv('VECTRADE_API_KEY', '')
    const model = createVecTrade()('analyst')
    const error = await errorOf(generateText({ model, prompt: 'NVDA?' }))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(APICallError.isInstance(error)).toBe(false)
  })

  test('takes a client, or options, and not both', () => {
    const client = new VecTrade({ apiKey: 'vq_example' })
    expect(createVecTrade({ client })('analyst').modelId).toBe('analyst')
    const both = { client, apiKey: 'vq_example' } as never
    for (const wrong of [both, { client: {} }, { client: null }, { apiKey: 1 }] as never[]) {
      expect(() => createVecTrade(wrong)).toThrow(ConfigurationError)
    }
  })

  test('does not show its key', () => {
    const vectrade = createVecTrade({ apiKey: 'vq_secret_key' })
    expect(JSON.stringify(vectrade('analyst'))).not.toContain('secret')
  })
})
