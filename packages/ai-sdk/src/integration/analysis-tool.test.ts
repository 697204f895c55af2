import { type LanguageModelV4Prompt } from '@ai-sdk/provider'
import { VecTrade } from '@vectrade/node'
import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { lastRequest } from '@vectrade/test-kit'
import { generateText, isStepCount, streamText } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { analysisTool } from '../analysis-tool.ts'
import { countedParts, finish, textPart } from '../test-support/mock-model.ts'

const question = "What's the bull case for NVDA?"

let sandbox: Sandbox
let client: VecTrade
beforeAll(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 200 })
  client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey, maxRetries: 0 })
})
afterAll(() => sandbox.close())

/** Returns a model that calls the tool, and then answers. */
function modelOf(input: object = { prompt: question, symbols: ['NVDA'] }): MockLanguageModelV4 {
  const call = {
    type: 'tool-call',
    toolCallId: '1',
    toolName: 'analysis',
    input: JSON.stringify(input),
  } as const
  const steps = [
    [call, finish('tool-calls')],
    [{ type: 'text-start', id: '1' }, textPart('Buy.'), { type: 'text-end', id: '1' }, finish()],
  ] as const
  let step = 0
  return new MockLanguageModelV4({
    doStream: async () => ({ stream: countedParts(steps[step++] ?? []).stream }),
    doGenerate: async () => ({
      content: step++ === 0 ? [call] : [{ type: 'text', text: 'Buy.' }],
      finishReason: { unified: step === 1 ? 'tool-calls' : 'stop', raw: undefined },
      usage: { inputTokens: none, outputTokens: none } as never,
      warnings: [],
    }),
  })
}

const none = { total: 1 }

/** Returns what the model was told about its call. */
function toldBy(prompt: LanguageModelV4Prompt | undefined): unknown {
  const message = prompt?.at(-1)
  const part = message?.role === 'tool' ? message.content[0] : undefined
  return part?.type === 'tool-result' ? part.output : undefined
}

test('a model asks VecTrade, and answers with what it said', async () => {
  const model = modelOf()
  const { text, steps } = await generateText({
    model,
    prompt: 'Is NVDA a buy?',
    tools: { analysis: analysisTool(client) },
    stopWhen: isStepCount(3),
  })
  expect(text).toBe('Buy.')
  const whole = await client.ai.stream({ prompt: question, symbols: ['NVDA'] }).finalAnalysis()
  const [result] = steps[0]?.staticToolResults ?? []
  expect(result?.output).toMatchObject({ text: whole.text, citations: whole.citations })
  expect(result?.output.requestId).toMatch(/./)
  expect(toldBy(model.doGenerateCalls[1]?.prompt)).toEqual({
    type: 'json',
    value: { text: whole.text, citations: whole.citations },
  })
  const [tool] = model.doGenerateCalls[0]?.tools ?? []
  expect(tool).toMatchObject({
    type: 'function',
    name: 'analysis',
    inputSchema: { required: ['prompt'], properties: { symbols: { type: 'array' } } },
  })
})

test('a page sees the answer grow', async () => {
  const { stream } = streamText({
    model: modelOf(),
    prompt: 'Is NVDA a buy?',
    tools: { analysis: analysisTool(client, { preliminaryInterval: 1 }) },
    stopWhen: isStepCount(3),
  })
  const texts: string[] = []
  for await (const part of stream) {
    if (part.type === 'tool-result' && !part.dynamic) texts.push(part.output.text)
  }
  expect(texts.length).toBeGreaterThan(10)
  for (const [at, text] of texts.entries()) {
    expect(text.startsWith(texts[at - 1] ?? '')).toBe(true)
  }
})

test('an abort ends the request to VecTrade', async () => {
  const controller = new AbortController()
  const { stream } = streamText({
    model: modelOf(),
    prompt: 'Is NVDA a buy?',
    tools: { analysis: analysisTool(client) },
    stopWhen: isStepCount(3),
    abortSignal: controller.signal,
  })
  for await (const part of stream) if (part.type === 'tool-result') controller.abort()
  await expect.poll(() => lastRequest(sandbox).closed).toBe('client')
})

test('a model is told whether to call again, and not what failed', async () => {
  await using busy = await startSandbox({ faults: { status: 429, retryAfter: 7 } })
  const asking = new VecTrade({ baseURL: busy.url, apiKey: busy.apiKey, maxRetries: 0 })
  const model = modelOf()
  const { steps } = await generateText({
    model,
    prompt: 'Is NVDA a buy?',
    tools: { analysis: analysisTool(asking) },
    stopWhen: isStepCount(3),
  })
  expect(toldBy(model.doGenerateCalls[1]?.prompt)).toEqual({
    type: 'error-text',
    value: 'VecTradeError: VecTrade gets too many requests. A call may succeed in 7 s.',
  })
  const failed = steps[0]?.content.find((part) => part.type === 'tool-error')
  expect(failed?.error).toMatchObject({
    code: 'rate_limit_error',
    retryable: true,
    cause: { status: 429, retryAfter: 7 },
  })
})

test('a call without a prompt asks nothing', async () => {
  const asked = sandbox.requests.length
  const model = modelOf({ prompt: '' })
  await generateText({
    model,
    prompt: 'Is NVDA a buy?',
    tools: { analysis: analysisTool(client) },
    stopWhen: isStepCount(3),
  })
  expect(toldBy(model.doGenerateCalls[1]?.prompt)).toMatchObject({ type: 'error-text' })
  expect(sandbox.requests.length).toBe(asked)
})
