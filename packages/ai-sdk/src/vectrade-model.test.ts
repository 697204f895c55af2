import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import {
  type AnalysisSource,
  AnalysisStream,
  createHandler,
  type StreamEvent,
  VecTrade,
} from '@vectrade/core'
import { setImmediate as turn } from 'node:timers/promises'
import { countedSource } from '@vectrade/test-kit/counted-source'
import { errorOf } from '@vectrade/test-kit/error-of'
import { expect, test } from 'vitest'
import { VecTradeModel } from './vectrade-model.ts'

const prompt: LanguageModelV4CallOptions['prompt'] = [
  { role: 'user', content: [{ type: 'text', text: 'Why?' }] },
]

/** Returns a model whose answers come from a source, through an endpoint. */
function modelOf(source: AnalysisSource): VecTradeModel {
  const handler = createHandler({ source, onError: () => {} })
  const fetch = (url: string, { signal, ...init }: RequestInit): Promise<Response> =>
    handler(new Request(url, { ...init, ...(signal && { signal }) }))
  const client = new VecTrade({ endpoint: 'https://example.com/api/analyze', fetch })
  return new VecTradeModel(client.ai, 'analyst')
}

test('a part is read when the reader asks for it, and cancelling ends the answer', async () => {
  const source = countedSource<StreamEvent>(
    Array.from({ length: 100 }, () => ({ type: 'text', content: 'a' })),
  )
  const ai = { stream: () => AnalysisStream.from(source) } as unknown as VecTrade['ai']
  const { stream } = await new VecTradeModel(ai, 'analyst').doStream({ prompt })
  // VecTrade has accepted the request when its first event has come.
  expect(source.taken).toBe(1)
  const reader = stream.getReader()
  const types = []
  while (types.length < 5) types.push((await reader.read()).value?.type)
  expect(types).toEqual([
    'stream-start',
    'response-metadata',
    'text-start',
    'text-delta',
    'text-delta',
  ])
  await turn()
  expect(source.taken).toBe(2)
  await reader.cancel()
  expect(source.returned).toBe(1)
})

test('the metadata and the usage of an answer are those of the call', async () => {
  const model = modelOf(async function* () {
    yield { type: 'text', content: 'Hi' }
    yield { type: 'metadata', content: '', model: 'm-1', finish_reason: 'length', took: 3 }
    yield { type: 'done', content: '', usage: { prompt_tokens: 1, completion_tokens: 2 } }
  })
  const expected = {
    finishReason: { unified: 'length', raw: 'length' },
    usage: { inputTokens: { total: 1 }, outputTokens: { total: 2 } },
    providerMetadata: { vectrade: { model: 'm-1', finish_reason: 'length', took: 3 } },
  }
  const generated = await model.doGenerate({ prompt })
  expect(generated).toMatchObject({
    ...expected,
    content: [{ type: 'text', text: 'Hi' }],
    response: { modelId: 'm-1' },
  })
  const parts = await Array.fromAsync((await model.doStream({ prompt })).stream)
  expect(parts.at(-1)).toMatchObject({ type: 'finish', ...expected })
  expect(parts).toContainEqual({ type: 'response-metadata', modelId: 'm-1' })
})

test('a call that does not stream has the events of other types too, in their order', async () => {
  const model = modelOf(async function* () {
    yield { type: 'text', content: 'be' }
    yield { type: 'citation', content: '', source: 'A', url: 'https://a.example/' }
    yield { type: 'text', content: 'fore' }
    yield { type: 'unknown', content: '', wireType: 'chart', data: { points: [1] } }
    yield { type: 'text', content: 'after' }
    yield { type: 'done', content: '', finish_reason: 'stopped' } as StreamEvent
  })
  expect(await model.doGenerate({ prompt })).toMatchObject({
    content: [
      { type: 'text', text: 'before' },
      { type: 'source', url: 'https://a.example/' },
      { type: 'custom', kind: 'vectrade.chart' },
      { type: 'text', text: 'after' },
    ],
    finishReason: { unified: 'other', raw: 'stopped' },
  })
})

test('an aborted call fails with the reason of its signal, before and during the answer', async () => {
  const model = modelOf(async function* () {
    yield { type: 'text', content: 'a' }
    await new Promise(() => {})
  })
  const reason = new DOMException('Enough', 'AbortError')
  const aborted = AbortSignal.abort(reason)
  expect(await errorOf(model.doStream({ prompt, abortSignal: aborted }))).toBe(reason)
  const controller = new AbortController()
  const { stream } = await model.doStream({ prompt, abortSignal: controller.signal })
  const read = Array.fromAsync(stream)
  controller.abort(reason)
  expect(await errorOf(read)).toBe(reason)
})
