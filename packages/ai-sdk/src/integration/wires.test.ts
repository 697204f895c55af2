import { inspect } from 'node:util'
import { VecTrade } from '@vectrade/node'
import { errorOf } from '@vectrade/test-kit/error-of'
import { serve, type WebServer } from '@vectrade/test-kit/web-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromModel } from '../from-model.ts'
import { providers } from '../test-support/providers.ts'
import { startEndpoint } from '../test-support/start-endpoint.ts'
import { type MockLLMServer, startMockLLM } from '../test-support/start-mock-llm.ts'

/** Asks a model at a URL, through an endpoint. */
async function ask(name: keyof typeof providers, url: string, prompt: string): Promise<unknown> {
  const model = (providers[name] as (typeof providers)[string])(url)
  await using endpoint = await startEndpoint({ source: fromModel(model) })
  return await new VecTrade({ endpoint: endpoint.url }).ai.stream(prompt).finalAnalysis()
}

describe('mock-llm', () => {
  let server: MockLLMServer
  beforeAll(async () => {
    const message = { role: 'assistant', content: 'Because of demand.' }
    server = await startMockLLM([
      {
        word: 'Why',
        status: 200,
        response: { id: '1', created: 1, model: 'mock-llm-1', choices: [{ message }] },
      },
      {
        word: 'busy',
        status: 429,
        response: { error: { message: 'Slow down', type: 'rate_limit_error', code: null } },
      },
    ])
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('answers without counting tokens', async () => {
    expect(await ask('openai-compatible', server.url, 'Why?')).toMatchObject({
      text: 'Because of demand.',
      metadata: { model: 'mock-llm-1', finish_reason: 'stop' },
      usage: undefined,
    })
  })

  test('sends its errors inside a stream with the status 200, which the endpoint corrects', async () => {
    const error = await errorOf(ask('openai-compatible', server.url, 'busy'))
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_error', retryable: true })
  })
})

describe('what local models and Google send', () => {
  const chunk = (delta: object, more: object = {}): object => ({
    model: 'llama3.2:latest',
    choices: [{ index: 0, delta, finish_reason: null }],
    ...more,
  })
  const bodies: Readonly<Record<string, object[]>> = {
    // The role alone, the usage in a last chunk without choices, and no `[DONE]`.
    ollama: [
      chunk({ role: 'assistant' }),
      chunk({ content: 'Hi' }),
      { model: 'llama3.2:latest', choices: [{ index: 0, delta: {}, finish_reason: 'length' }] },
      { choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } },
    ],
    unfinished: [chunk({ content: 'Hi' })],
    grounded: [
      {
        candidates: [
          {
            content: { parts: [{ text: 'Hi' }] },
            finishReason: 'STOP',
            groundingMetadata: {
              groundingChunks: [
                { web: { uri: 'https://a.example/', title: 'A' } },
                { web: { uri: 'https://b.example/', title: 'B' } },
              ],
            },
          },
        ],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
      },
    ],
  }
  let server: WebServer
  beforeAll(async () => {
    server = await serve((request, response) => {
      let asked = ''
      request.on('data', (bytes: Buffer) => (asked += bytes.toString()))
      request.on('end', () => {
        const name = Object.keys(bodies).find((each) => asked.includes(`"${each}"`)) ?? ''
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        for (const event of bodies[name] ?? []) response.write(`data: ${JSON.stringify(event)}\n\n`)
        response.end()
      })
    })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const url = (): string => server.url.slice(0, -1)

  test('Ollama', async () => {
    expect(await ask('openai-compatible', url(), 'ollama')).toMatchObject({
      text: 'Hi',
      metadata: { model: 'llama3.2:latest', finish_reason: 'length' },
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    })
  })

  test('a body that ends before the answer does', async () => {
    const error = await errorOf(ask('openai-compatible', url(), 'unfinished'))
    expect(error).toMatchObject({ code: 'service_unavailable', partial: { text: 'Hi' } })
  })

  test('the pages that Google has searched become citations', async () => {
    expect(await ask('google', url(), 'grounded')).toMatchObject({
      text: 'Hi',
      citations: [
        { source: 'A', url: 'https://a.example/' },
        { source: 'B', url: 'https://b.example/' },
      ],
      usage: { total_tokens: 3 },
    })
  })
})

describe.each(Object.keys(providers))('%s, from a server that does not answer', (name) => {
  const answers: Readonly<Record<string, [status: number, contentType: string, body: string]>> = {
    page: [200, 'text/html; charset=utf-8', '<html>sk-secret-key</html>'],
    json: [200, 'application/json', '{"error":{"message":"sk-secret-key"}}'],
    empty: [200, 'text/event-stream', ''],
    quota: [429, 'application/json', '{"error":{"code":"insufficient_quota"}}'],
  }
  const unknown = { name: 'StreamProtocolError', retryable: false }

  test.each([
    ['page', unknown],
    ['json', unknown],
    ['empty', { name: 'StreamInterruptedError', retryable: true }],
    ['quota', { name: 'QuotaExceededError', status: 429, retryable: false }],
  ])('throws for %s', async (answer, expected) => {
    const [status, contentType, body] = answers[answer] ?? [500, '', '']
    await using server = await serve((request, response) => {
      request.resume()
      response.writeHead(status, { 'content-type': contentType }).end(body)
    })
    const model = (providers[name] as (typeof providers)[string])(server.url.slice(0, -1))
    const request = new Request(server.url)
    const { signal } = new AbortController()
    const read = async (): Promise<unknown> =>
      Array.fromAsync(await fromModel(model)({ prompt: 'p' }, { signal, request }))
    const error = await errorOf(read())
    expect(error).toMatchObject(expected)
    expect(inspect(error, { depth: 10 })).not.toContain('secret')
  })
})
