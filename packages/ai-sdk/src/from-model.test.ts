import {
  type AnalysisSource,
  createHandler,
  RateLimitError,
  type SourceContext,
} from '@vectrade/core'
import { APICallError, type LanguageModelV2 } from '@ai-sdk/provider'
import { MockLanguageModelV3, MockLanguageModelV4 } from 'ai/test'
import { describe, expect, test, vi } from 'vitest'
import { errorOf } from '@vectrade/test-kit/error-of'
import { fromModel } from './from-model.ts'
import { countedParts, finish, mockModel, textPart } from './test-support/mock-model.ts'

const url = 'https://example.com/api/analyze'
const context = (signal = new AbortController().signal): SourceContext => ({
  signal,
  request: new Request(url),
})

describe('fromModel', () => {
  test('passes the question, the symbols, the system prompt, the settings and the signal', async () => {
    const model = mockModel([finish()])
    const { signal } = new AbortController()
    const source = fromModel(model, {
      system: 'You are an analyst.',
      temperature: 0.2,
      maxOutputTokens: 100,
      providerOptions: { mock: { effort: 'low' } },
      onError: () => {},
    })
    await source({ prompt: 'Compare them', symbols: ['NVDA', 'AMD'] }, context(signal))
    expect(model.doStreamCalls).toEqual([
      {
        temperature: 0.2,
        maxOutputTokens: 100,
        providerOptions: { mock: { effort: 'low' } },
        abortSignal: signal,
        prompt: [
          { role: 'system', content: 'You are an analyst.' },
          {
            role: 'user',
            content: [{ type: 'text', text: 'Compare them\n\nTicker symbols: NVDA, AMD' }],
          },
        ],
      },
    ])
  })

  test('passes a question alone as it is', async () => {
    const model = mockModel([finish()])
    await fromModel(model)({ prompt: 'Why?', symbols: [] }, context())
    expect(model.doStreamCalls[0]?.prompt).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Why?' }] },
    ])
  })

  test('takes models of older versions of the specification', async () => {
    const parts = [
      { type: 'text-delta', id: '1', delta: 'Hi' },
      { type: 'finish', finishReason: 'stop' },
    ]
    const doStream = async (): Promise<never> =>
      ({ stream: countedParts(parts as never).stream }) as never
    const model = new MockLanguageModelV3({ modelId: 'old', doStream })
    const older = {
      specificationVersion: 'v2',
      modelId: 'old',
      doStream,
    } as unknown as LanguageModelV2
    for (const each of [model, older]) {
      const events = await fromModel(each)({ prompt: 'Hi' }, context())
      expect(await Array.fromAsync(events)).toEqual([
        { type: 'text', content: 'Hi' },
        { type: 'metadata', content: '', model: 'old', finish_reason: 'stop' },
        { type: 'done', content: '' },
      ])
    }
  })

  test.for(['gpt-5', undefined, {}])('refuses %o as a model', (model) => {
    expect(() => fromModel(model as never)).toThrow('Pass fromModel a language model')
  })

  test('refuses a wrong option', () => {
    expect(() => fromModel(mockModel([]), { system: 1 as never })).toThrow('`system`')
  })

  test('throws what a provider refuses with, and tells onError the details', async () => {
    const refusal = new APICallError({
      message: 'Too many requests for sk-key',
      url: 'https://api.example.com',
      requestBodyValues: { prompt: 'secret prompt' },
      statusCode: 429,
      responseHeaders: { 'retry-after': '7' },
    })
    const onError = vi.fn()
    const model = new MockLanguageModelV4({ doStream: () => Promise.reject(refusal) })
    const error = await errorOf(
      Promise.resolve(fromModel(model, { onError })({ prompt: 'secret prompt' }, context())),
    )
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ status: 429, retryAfter: 7, retryable: true })
    expect(onError.mock.calls).toEqual([[refusal]])
  })
})

describe('at an endpoint', () => {
  const ask = (source: AnalysisSource, onError = vi.fn()): Promise<Response> =>
    createHandler({ source, onError })(new Request(url, { method: 'POST', body: '{"prompt":"p"}' }))

  test('a model answers in the protocol', async () => {
    const parts = [
      textPart('Hel'),
      textPart('lo'),
      {
        type: 'source',
        sourceType: 'url',
        id: '1',
        url: 'https://a.example/',
        title: 'A',
      } as const,
      finish('length'),
    ]
    const response = await ask(fromModel(mockModel(parts)))
    expect((await response.text()).split('\n\n')).toEqual([
      'data: {"type":"text","content":"Hel"}',
      'data: {"type":"text","content":"lo"}',
      'data: {"type":"citation","source":"A","url":"https://a.example/"}',
      'data: {"type":"metadata","model":"mock-1","finish_reason":"length"}',
      'data: {"type":"done","usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}',
      'data: [DONE]',
      '',
    ])
  })

  test('an error part before the first event decides the status, and one after it does not', async () => {
    const failure = { type: 'error', error: { type: 'overloaded_error', message: 'x' } } as const
    const refused = await ask(fromModel(mockModel([failure, finish('error')])))
    expect(refused.status).toBe(529)
    const cut = await ask(fromModel(mockModel([textPart('a'), failure, finish('error')])))
    expect(cut.status).toBe(200)
    expect(await cut.text()).toContain('"type":"service_unavailable"')
  })

  test('a mistake in a model is a 500 that onError gets', async () => {
    const mistake = new TypeError('my mistake')
    const onError = vi.fn()
    const model = new MockLanguageModelV4({ doStream: () => Promise.reject(mistake) })
    const response = await ask(fromModel(model), onError)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('mistake')
    expect(onError.mock.calls).toEqual([[mistake]])
  })

  test('leaving aborts the signal of the model, also while it is silent', async () => {
    const parts = countedParts([textPart('a')], 'silence')
    const model = new MockLanguageModelV4({ doStream: async () => ({ stream: parts.stream }) })
    const response = await ask(fromModel(model))
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    await expect.poll(() => parts.cancelled).toBe(true)
    expect(model.doStreamCalls[0]?.abortSignal?.aborted).toBe(true)
  })
})
