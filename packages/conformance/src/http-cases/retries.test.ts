import {
  APIError,
  ConfigurationError,
  createHandler,
  RateLimitError,
  ServerError,
  toNodeHandler,
  ValidationError,
} from '@vectrade/node'
import { serve } from '@vectrade/test-kit/web-server'
import { expect, test } from 'vitest'
import { rejection } from '../cases/cases.ts'
import { type Api, startApi } from './test-support/api.ts'
import { answer, whole } from './test-support/answers.ts'

/** The longest first delay of the client's own backoff, in ms, with some slack. */
const longestBackoff = 650

async function assertWaits(headers: Record<string, string>, ms: number): Promise<void> {
  await using api = await startApi(answer(429, headers), whole())
  expect(await api.client({ maxRetries: 2 }).ai.stream('Bull case?').finalText()).toBe('Hello')
  expect(api.asked).toHaveLength(2)
  const [first, second] = api.asked
  // A timer may fire a fraction of a millisecond early.
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(ms - 10)

  await using refused = await startApi(answer(429, headers))
  const client = refused.client({ maxRetries: 2, maxRetryAfter: ms - 1 })
  const error = await rejection(client.ai.stream('Bull case?').finalText(), RateLimitError)
  expect(error.retryAfter).toBe(ms / 1_000)
  expect(refused.asked).toHaveLength(1)
}

test('retry: retry on 429 with retry-after', () => assertWaits({ 'retry-after': '1' }, 1_000))

test('retry: retry on 429 with retry-after-ms', () =>
  // It takes precedence over `retry-after`.
  assertWaits({ 'retry-after-ms': '800', 'retry-after': '60' }, 800))

test('retry: no retry on 400', async () => {
  await using api = await startApi(answer(400, { 'retry-after-ms': '1' }))
  const client = api.client({ maxRetries: 2 })
  await rejection(client.ai.stream('Bull case?').finalText(), ValidationError)
  await rejection(client.ai.analyze('Bull case?'), ValidationError)
  expect(api.asked).toHaveLength(2)
})

test('retry: retry on 500/503', async () => {
  const retried = async (status: number, headers: Record<string, string>): Promise<number> => {
    await using api = await startApi(answer(status, headers), whole())
    const client = api.client({ maxRetries: 1 })
    expect(await client.ai.stream('Bull case?').finalText()).toBe('Hello')
    expect(api.asked).toHaveLength(2)
    return (api.asked[1]?.at ?? 0) - (api.asked[0]?.at ?? 0)
  }
  const waits = await Promise.all([retried(500, {}), retried(503, {})])
  for (const ms of waits) expect(ms).toBeGreaterThan(350)
  expect(await retried(503, { 'retry-after-ms': '800' })).toBeGreaterThan(longestBackoff)

  await using api = await startApi(answer(500, { 'retry-after-ms': '1' }))
  const client = api.client({ maxRetries: 2 })
  await rejection(client.ai.stream('Bull case?').finalText(), ServerError)
  expect(api.asked).toHaveLength(3)
})

test('retry: idempotency key identical on every attempt', async () => {
  const again = answer(503, { 'retry-after-ms': '1' })
  await using api = await startApi(again, again, whole(), again, whole())
  const client = api.client({ maxRetries: 2 })
  expect(await client.ai.stream('Bull case?').finalText()).toBe('Hello')
  expect(await client.ai.stream('Bull case?', { idempotencyKey: 'mine' }).finalText()).toBe('Hello')
  const keys = api.asked.map(({ headers }) => headers['idempotency-key'])
  expect(keys[0]).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
  expect(keys).toEqual([keys[0], keys[0], keys[0], 'mine', 'mine'])
})

test('retry: x-should-retry:false wins', async () => {
  for (const status of [408, 429, 500, 503]) {
    const headers = { 'x-should-retry': 'false', 'retry-after-ms': '1' }
    await using api = await startApi(answer(status, headers))
    const client = api.client({ maxRetries: 2 })
    const error = await rejection(client.ai.stream('Bull case?').finalText(), APIError)
    expect(error).toMatchObject({ status, retryable: false })
    expect(api.asked).toHaveLength(1)
  }
})

test('retry: streaming request bodies are not retried', async () => {
  const again = answer(503, { 'retry-after-ms': '1' })
  await using api = await startApi(again, whole())
  const client = api.client({ maxRetries: 2 })

  // A prompt that could be read only once is refused, so that no attempt is sent without it.
  for (const prompt of [new Blob(['Bull case?']).stream(), (async function* () {})()]) {
    expect(() => client.ai.stream(prompt as unknown as string)).toThrow(ConfigurationError)
    expect(() => client.ai.stream({ prompt } as unknown as string)).toThrow(ConfigurationError)
  }
  expect(api.asked).toEqual([])

  // A handler reads a streamed body once, and each attempt sends all of it.
  await using server = await serve(toNodeHandler(createHandler({ client })))
  const body = new Blob(['{"prompt":"Bull', ' case?"}']).stream()
  const response = await fetch(server.url, { method: 'POST', body, duplex: 'half' })
  expect(await response.text()).toContain('Hello')
  expectWhole(api)
})

function expectWhole({ asked }: Api): void {
  expect(asked).toHaveLength(2)
  for (const { headers, body } of asked) {
    expect(headers).not.toHaveProperty('transfer-encoding')
    expect(Number(headers['content-length'])).toBe(body.length)
    expect(JSON.parse(body)).toEqual({ prompt: 'Bull case?', stream: true })
  }
}
