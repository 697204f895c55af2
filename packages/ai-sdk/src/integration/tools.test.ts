import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { type AnalysisSource, VecTrade } from '@vectrade/node'
import { errorOf } from '@vectrade/test-kit/error-of'
import { APICallError, isStepCount, type LanguageModel, streamText, tool } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type ModelEvents, modelEvents } from '../model-events.ts'
import { countedParts, finish, textPart } from '../test-support/mock-model.ts'
import { startEndpoint } from '../test-support/start-endpoint.ts'
import { toEvents } from '../to-events.ts'

const quote = tool({
  inputSchema: z.object({ symbol: z.string() }),
  execute: ({ symbol }) => {
    if (symbol === 'GONE') throw new Error('secret of the tool')
    return { symbol, price: 184.2 }
  },
})

/** Lets `streamText` answer, with a tool. */
function sourceOf(model: LanguageModel, maxRetries = 0): AnalysisSource<ModelEvents> {
  return ({ prompt }, { signal }) => {
    const { stream } = streamText({
      model,
      prompt,
      maxRetries,
      abortSignal: signal,
      tools: { quote },
      stopWhen: isStepCount(3),
      onError: () => {},
    })
    return toEvents(stream, { signal, events: modelEvents })
  }
}

/** Returns a model with an answer for each step. */
function modelOf(...steps: LanguageModelV4StreamPart[][]): MockLanguageModelV4 {
  let step = 0
  return new MockLanguageModelV4({
    doStream: async () => ({ stream: countedParts(steps[step++] ?? []).stream }),
  })
}

const call = (toolCallId: string, symbol: string): LanguageModelV4StreamPart => ({
  type: 'tool-call',
  toolCallId,
  toolName: 'quote',
  input: JSON.stringify({ symbol }),
})

test('a client sees the steps, the tools and the sum of the usage', async () => {
  const model = modelOf(
    [call('1', 'NVDA'), call('2', 'GONE'), finish('tool-calls')],
    [
      { type: 'response-metadata', modelId: 'mock-2' },
      { type: 'text-start', id: '1' },
      textPart('It costs 184.2.'),
      { type: 'text-end', id: '1' },
      finish(),
    ],
  )
  await using endpoint = await startEndpoint({ source: sourceOf(model), events: modelEvents })
  const client = new VecTrade({ endpoint: endpoint.url, events: modelEvents })
  const events = await Array.fromAsync(client.ai.stream('Price?'))
  const ofType = (type: string): unknown[] => events.filter((event) => event.type === type)
  expect(ofType('tool_call')).toMatchObject([
    { id: '1', name: 'quote', input: { symbol: 'NVDA' } },
    { id: '2', input: { symbol: 'GONE' } },
  ])
  expect(ofType('tool_result')).toHaveLength(2)
  expect(ofType('tool_result')).toContainEqual({
    type: 'tool_result',
    content: '',
    id: '1',
    name: 'quote',
    output: { symbol: 'NVDA', price: 184.2 },
  })
  expect(JSON.stringify(events)).not.toContain('secret')
  expect(ofType('text')).toEqual([{ type: 'text', content: 'It costs 184.2.' }])
  expect(ofType('metadata')).toMatchObject([{ model: 'mock-2', finish_reason: 'stop' }])
  expect(ofType('done')).toMatchObject([{ usage: { prompt_tokens: 6, completion_tokens: 8 } }])
})

test('a refusal keeps its status, also after the AI SDK has repeated the call', async () => {
  let calls = 0
  const model = new MockLanguageModelV4({
    doStream: () => {
      calls += 1
      throw new APICallError({
        message: 'secret',
        url: '',
        requestBodyValues: {},
        statusCode: 429,
        responseHeaders: { 'retry-after-ms': '1' },
      })
    },
  })
  await using endpoint = await startEndpoint({ source: sourceOf(model, 1), events: modelEvents })
  const client = new VecTrade({ endpoint: endpoint.url })
  const error = await errorOf(client.ai.stream('Price?').finalText())
  expect(error).toMatchObject({ status: 429, code: 'rate_limit_error' })
  expect(calls).toBe(2)
})

test('leaving aborts the call of streamText', async () => {
  const parts = countedParts([{ type: 'text-start', id: '1' }, textPart('a')], 'silence')
  const model = new MockLanguageModelV4({ doStream: async () => ({ stream: parts.stream }) })
  await using endpoint = await startEndpoint({ source: sourceOf(model), events: modelEvents })
  const client = new VecTrade({ endpoint: endpoint.url })
  for await (const event of client.ai.stream('Price?')) {
    expect(event.type).toBe('text')
    break
  }
  await expect.poll(() => model.doStreamCalls[0]?.abortSignal?.aborted).toBe(true)
})
