import { memoryStore, VecTrade } from '@vectrade/node'
import { errorOf } from '@vectrade/test-kit/error-of'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromModel } from '../from-model.ts'
import { modelEvents } from '../model-events.ts'
import { providers } from '../test-support/providers.ts'
import { type AimockServer, startAimock } from '../test-support/start-aimock.ts'
import { startEndpoint } from '../test-support/start-endpoint.ts'

/** Each wire has its own names for the same counts. */
const usage = {
  prompt_tokens: 3,
  completion_tokens: 4,
  total_tokens: 7,
  input_tokens: 3,
  output_tokens: 4,
  promptTokenCount: 3,
  candidatesTokenCount: 4,
  totalTokenCount: 7,
}

let server: AimockServer
beforeAll(async () => {
  server = await startAimock()
  const { mock } = server
  mock.onMessage('Why', { content: 'Because of demand.', reasoning: 'Let me think.', usage })
  mock.onMessage('slow', { content: 'word '.repeat(2_000) }, { latency: 20 })
  mock.onMessage('cut', { content: 'word '.repeat(200) }, { latency: 5, truncateAfterChunks: 5 })
  mock.onMessage('busy', {
    status: 429,
    retryAfter: 7,
    error: { message: 'sk-secret-key', type: 'rate_limit_error' },
  })
  mock.onMessage('wrong', { status: 404, error: { message: 'No such model' } })
  mock.onMessage('down', { status: 503, error: { message: 'Down' } })
})
afterAll(() => server[Symbol.asyncDispose]())

describe.each(Object.keys(providers))('the package %s, over HTTP', (name) => {
  const modelOf = (): ReturnType<(typeof providers)[string]> =>
    (providers[name] as (typeof providers)[string])(server.url)

  test('answers a client of an endpoint', async () => {
    await using endpoint = await startEndpoint({
      source: fromModel(modelOf(), { system: 'Be brief.', events: modelEvents }),
      events: modelEvents,
    })
    const client = new VecTrade({ endpoint: endpoint.url, events: modelEvents })
    let thoughts = ''
    const answer = client.ai.stream({ prompt: 'Why NVDA?', symbols: ['NVDA'] })
    const [first, second] = answer.tee()
    const analysis = second.finalAnalysis()
    for await (const event of first) if (event.type === 'reasoning') thoughts += event.text
    expect(thoughts).toBe('Let me think.')
    expect(await analysis).toMatchObject({
      text: 'Because of demand.',
      metadata: { model: modelOf().modelId, finish_reason: 'stop' },
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    })
    const asked = JSON.stringify(server.mock.getLastRequest()?.body)
    expect(asked).toContain('Be brief.')
    expect(asked).toContain('Why NVDA?\\n\\nTicker symbols: NVDA')
  })

  test.each([
    ['busy', { status: 429, code: 'rate_limit_error', retryAfter: 7, retryable: true }],
    ['wrong', { status: 404, code: 'not_found', retryable: false }],
    ['down', { status: 503, code: 'service_unavailable', retryable: true }],
  ])('keeps the status of a refusal (%s)', async (prompt, expected) => {
    await using endpoint = await startEndpoint({ source: fromModel(modelOf()) })
    const client = new VecTrade({ endpoint: endpoint.url })
    const error = await errorOf(client.ai.stream(prompt).finalText())
    expect(error).toMatchObject(expected)
    expect(String(error)).not.toContain('secret')
  })

  test('an answer that is cut has what had arrived', async () => {
    await using endpoint = await startEndpoint({ source: fromModel(modelOf()) })
    const client = new VecTrade({ endpoint: endpoint.url })
    const error = await errorOf(client.ai.stream('cut').finalText())
    expect(error).toMatchObject({ status: undefined, retryable: true })
    expect((error as { partial: { text: string } }).partial.text).toContain('word')
  })

  test('leaving ends the request to the model', async () => {
    await using endpoint = await startEndpoint({ source: fromModel(modelOf()) })
    const client = new VecTrade({ endpoint: endpoint.url })
    for await (const event of client.ai.stream('slow')) {
      expect(event.type).toBe('text')
      break
    }
    await expect.poll(() => server.open).toBe(0)
  })

  test('with a store, leaving does not end it, and stopping does', async () => {
    const store = memoryStore()
    await using endpoint = await startEndpoint({ source: fromModel(modelOf()), store })
    const client = new VecTrade({ endpoint: endpoint.url })
    const answer = client.ai.stream('slow')
    const events = answer[Symbol.asyncIterator]()
    await events.next()
    await events.return?.()
    const resumed = client.ai.resume(answer.id ?? '')
    expect((await resumed[Symbol.asyncIterator]().next()).value).toMatchObject({ type: 'text' })
    expect(server.open).toBeGreaterThan(0)
    await resumed.stop()
    await expect.poll(() => server.open).toBe(0)
  })

  test('an address without a server is a ConnectionError on the server, and a 502 for its caller', async () => {
    const model = (providers[name] as (typeof providers)[string])('http://127.0.0.1:1')
    await using endpoint = await startEndpoint({ source: fromModel(model) })
    const client = new VecTrade({ endpoint: endpoint.url })
    const error = await errorOf(client.ai.stream('Why?').finalText())
    expect(error).toMatchObject({ status: 502, code: 'service_unavailable' })
  })
})
