import { LLMock } from '@copilotkit/aimock'
import { VecTrade } from '@vectrade/core'
import { errorOf } from '@vectrade/test-kit/error-of'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../server.ts'

const answer = 'Demand is high ([10-K](https://www.sec.gov/x)), and **supply** is not. 📈'

let mock: LLMock
let sandbox: Sandbox
let client: VecTrade
beforeAll(async () => {
  mock = new LLMock({ port: 0, chunkSize: 7 })
  const error = (message: string, type: string, status: number) => ({
    error: { message, type },
    status,
  })
  mock.onMessage('NVDA', { content: answer, reasoning: 'Let me think.' })
  mock.onMessage('cut', { content: answer }, { truncateAfterChunks: 4 })
  mock.onMessage('long', { content: 'Because', finishReason: 'length' })
  mock.onMessage('often', error('Slow down', 'rate_limit_error', 429))
  mock.onMessage('key', error('Incorrect API key', 'authentication_error', 401))
  await mock.start()
  sandbox = await startSandbox({ upstream: { url: `${mock.url}/v1`, model: 'gpt-4o-mini' } })
  client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey, maxRetries: 0 })
})
afterAll(async () => {
  client.close()
  await sandbox.close()
  await mock.stop()
})

// A server that was written by others, after the wire of real models.
describe('with aimock as the model’s server', () => {
  test('the answer, its source, its model and its usage arrive', async () => {
    const analysis = await client.ai.stream('Bull case for NVDA?').finalAnalysis()
    expect(analysis).toMatchObject({
      text: answer,
      citations: [{ source: '10-K', url: 'https://www.sec.gov/x' }],
      metadata: { model: 'gpt-4o-mini', simulated: false, symbols: ['NVDA'] },
    })
    expect(analysis.usage?.total_tokens).toBeGreaterThan(0)
    expect(await client.ai.analyze('Bull case for NVDA?')).toMatchObject({ text: answer })
  })

  test('what the model thinks is not in the text', async () => {
    let thoughts = ''
    for await (const event of client.ai.stream('Bull case for NVDA?')) {
      if (event.type === 'unknown') thoughts += (event.data as { text: string }).text
    }
    expect(thoughts).toBe('Let me think.')
  })

  test('an answer at its limit says so', async () => {
    const events = await Array.fromAsync(client.ai.stream('a long one'))
    expect(events.at(-1)).toMatchObject({ type: 'done', finish_reason: 'length' })
  })

  test.each([
    // What has arrived may be lost with the connection, so the failure may come before or in the answer.
    ['cut', { name: 'ServiceUnavailableError' }],
    ['often', { name: 'RateLimitError', status: 429 }],
    ['key', { status: 502, retryable: false }],
    ['no fixture', { status: 502, retryable: false }],
  ])('“%s” fails as it should', async (question, expected) => {
    const error = await errorOf(client.ai.stream(question).finalText())
    expect(error).toMatchObject(expected)
  })
})
