import { inspect } from 'node:util'
import { VecTrade } from '@vectrade/node'
import { type Sandbox, startSandbox, type StartOptions } from '@vectrade/sandbox'
import { lastRequest } from '@vectrade/test-kit'
import { errorOf } from '@vectrade/test-kit/error-of'
import { APICallError, generateText, jsonSchema, RetryError, streamText, tool } from 'ai'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createVecTrade } from '../create-vectrade.ts'

const prompt = "What's the bull case for NVDA?"

async function start(options: StartOptions = {}) {
  const sandbox: Sandbox = await startSandbox(options)
  onTestFinished(() => sandbox.close())
  const { url: baseURL, apiKey } = sandbox
  const vectrade = createVecTrade({
    client: new VecTrade({ baseURL, apiKey, authScheme: 'bearer' }),
  })
  return { sandbox, model: vectrade('analyst') }
}

/** The warnings of the AI SDK, which it prints otherwise. */
vi.stubGlobal('AI_SDK_LOG_WARNINGS', false)

describe('generateText', () => {
  test('has the text, the sources, the usage and the metadata', async () => {
    const { sandbox, model } = await start()
    const result = await generateText({
      model,
      system: 'Be brief.',
      prompt,
      providerOptions: { vectrade: { symbols: ['AMD'] } },
    })
    expect(lastRequest(sandbox).body).toMatchObject({
      prompt: `Be brief.\n\n${prompt}`,
      symbols: ['AMD'],
    })
    expect(result.text).toContain('NVDA')
    expect(result.sources[0]).toMatchObject({
      sourceType: 'url',
      url: expect.stringMatching(/^http/),
    })
    expect(result.usage.outputTokens).toBeGreaterThan(0)
    expect(result.usage.totalTokens).toBe(
      (result.usage.inputTokens ?? 0) + (result.usage.outputTokens ?? 0),
    )
    expect(result.finishReason).toBe('stop')
    expect(result.finalStep.response).toMatchObject({
      id: lastRequest(sandbox).id,
      modelId: 'vectrade-sandbox-simulated',
    })
  })

  test('warns of what VecTrade does not have', async () => {
    const { model } = await start()
    const quote = tool({ inputSchema: jsonSchema({ type: 'object' }), execute: () => 1 })
    const { warnings } = await generateText({ model, prompt, temperature: 0, tools: { quote } })
    expect(warnings?.map((warning) => 'feature' in warning && warning.feature)).toEqual([
      'temperature',
      'tools',
    ])
  })

  test.each([
    [401, false],
    [402, false],
    [404, false],
    [422, false],
    [429, true],
    [500, true],
    [503, true],
  ])('throws an APICallError after a %i', async (statusCode, isRetryable) => {
    const { sandbox, model } = await start({ faults: { status: statusCode } })
    const error = await errorOf(generateText({ model, prompt, maxRetries: 0 }))
    expect(APICallError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ statusCode, isRetryable })
    expect(sandbox.requests).toHaveLength(1)
    expect(inspect(error, { depth: 10 })).not.toMatch(new RegExp(`${sandbox.apiKey}|bull case`))
  })

  test('calls again as often as the AI SDK is told to, after the time that VecTrade asks for', async () => {
    const { sandbox, model } = await start({ faults: { status: 429, retryAfter: 0 } })
    const error = await errorOf(generateText({ model, prompt, maxRetries: 1 }))
    expect(RetryError.isInstance(error)).toBe(true)
    expect(sandbox.requests).toHaveLength(2)
  })

  test('is answered once if all its attempts have the same key', async () => {
    const { sandbox, model } = await start({ faults: [{ status: 503, retryAfter: 0 }, {}] })
    const headers = { 'Idempotency-Key': 'question-1' }
    const { text } = await generateText({ model, prompt, headers })
    expect(text).toContain('NVDA')
    expect(sandbox.requests.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(sandbox.analysesRun).toBe(1)
  })

  test('ends the request if its signal is aborted', async () => {
    const { sandbox, model } = await start({ tokensPerSecond: 1 })
    const controller = new AbortController()
    const answer = errorOf(generateText({ model, prompt, abortSignal: controller.signal }))
    await expect.poll(() => sandbox.requests.at(0)?.eventsSent).toBeGreaterThan(0)
    controller.abort()
    expect(await answer).toMatchObject({ name: 'AbortError' })
    await expect.poll(() => lastRequest(sandbox).closed).toBe('client')
  })
})

describe('streamText', () => {
  test('streams the text, and has the same results', async () => {
    const { model } = await start()
    const result = streamText({ model, prompt })
    let text = ''
    for await (const piece of result.textStream) text += piece
    expect(text).toBe((await generateText({ model, prompt })).text)
    expect(await result.text).toBe(text)
    expect((await result.sources).length).toBeGreaterThan(0)
    expect((await result.usage).totalTokens).toBeGreaterThan(0)
    expect(await result.finishReason).toBe('stop')
  })

  test('reports a failure inside the stream, after the text', async () => {
    const { model } = await start({ faults: { cutAfterEvents: 3 } })
    const errors: unknown[] = []
    const result = streamText({ model, prompt, onError: ({ error }) => void errors.push(error) })
    const types = (await Array.fromAsync(result.stream)).map(({ type }) => type)
    expect(types).toContain('text-delta')
    expect(types).toContain('error')
    expect(errors).toHaveLength(1)
    expect(APICallError.isInstance(errors[0])).toBe(true)
    expect(errors[0]).toMatchObject({ isRetryable: true, cause: { code: 'stream_interrupted' } })
  })

  test('ends the request if the reader leaves with an abort', async () => {
    const { sandbox, model } = await start({ tokensPerSecond: 20 })
    const controller = new AbortController()
    const result = streamText({ model, prompt, abortSignal: controller.signal })
    const types = []
    for await (const { type } of result.stream) {
      types.push(type)
      if (type === 'text-delta') controller.abort()
    }
    expect(types.at(-1)).toBe('abort')
    await expect.poll(() => lastRequest(sandbox).closed).toBe('client')
  })
})
