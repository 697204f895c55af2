import { type Fault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf, errorOf, prompt } from '../test-support/sandbox-client.ts'
import { RateLimitError, ServiceUnavailableError, TimeoutError } from '../index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0 })
})
afterAll(() => sandbox.close())

interface Attempts {
  /** The text of the answer, or the error. */
  outcome: unknown
  count: number
  /** ms between the attempts. */
  gaps: number[]
  keys: Set<string | undefined>
}

async function attempts(fault: Fault, options = {}): Promise<Attempts> {
  const before = sandbox.requests.length
  const client = clientOf(sandbox, fault, { maxRetries: 2, ...options })
  const outcome: unknown = await client.ai
    .stream(prompt)
    .finalText()
    .catch((error: unknown) => error)
  const made = sandbox.requests.slice(before)
  return {
    outcome,
    count: made.length,
    gaps: made.slice(1).map(({ startedAt }, at) => startedAt - made[at]!.startedAt),
    keys: new Set(made.map(({ idempotencyKey }) => idempotencyKey)),
  }
}

describe('a failure that may pass is retried:', () => {
  test.for<[string, Fault]>([
    ['408', { status: 408 }],
    ['409', { status: 409 }],
    ['429', { status: 429 }],
    ['500', { status: 500 }],
    ['503 from a proxy', { status: 503, body: 'html' }],
    ['a closed connection', { destroy: 'rst' }],
  ])('%s', async ([, fault]) => {
    const { outcome, count, keys } = await attempts({ ...fault, times: 1, retryAfterMs: 1 })
    expect(outcome).toEqual(expect.stringContaining('NVDA'))
    expect(count).toBe(2)
    expect(keys.size).toBe(1)
  })

  test('a timeout of the headers', async () => {
    const { outcome, count } = await attempts({ hang: true, times: 1 }, { timeout: 100 })
    expect(outcome).toEqual(expect.stringContaining('NVDA'))
    expect(count).toBe(2)
  })

  test('as often as `maxRetries` allows, with one idempotency key', async () => {
    for (const maxRetries of [0, 1, 3]) {
      const fault = { status: 503, retryAfterMs: 1 }
      const { outcome, count, keys } = await attempts(fault, { maxRetries })
      expect(outcome).toBeInstanceOf(ServiceUnavailableError)
      expect(count).toBe(maxRetries + 1)
      expect([...keys]).toEqual([expect.stringMatching(/^[\da-f-]{36}$/)])
    }
  })

  test('if every attempt times out, the error is a timeout', async () => {
    const { outcome, count } = await attempts({ hang: true }, { timeout: 50, maxRetries: 1 })
    expect(outcome).toBeInstanceOf(TimeoutError)
    expect(count).toBe(2)
  })

  test('also of `analyze`, with one idempotency key', async () => {
    const before = sandbox.requests.length
    const client = clientOf(sandbox, { status: 503, retryAfterMs: 1, times: 2 }, { maxRetries: 2 })
    expect((await client.ai.analyze(prompt)).text).toContain('NVDA')
    const made = sandbox.requests.slice(before)
    expect(made.map(({ status }) => status)).toEqual([503, 503, 200])
    expect(new Set(made.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })
})

describe('a failure that will not pass is not retried:', () => {
  test.for<[string, Fault]>([
    ['400', { status: 400 }],
    ['402', { status: 402 }],
    ['403', { status: 403 }],
    ['404', { status: 404 }],
    ['422', { status: 422 }],
    ['a quota', { status: 429, errorType: 'quota_exceeded' }],
    ['a wrong content type', { contentType: 'text/html' }],
    ['a redirect without a location', { status: 307, location: 'none' }],
    ['an answer that is cut after it has begun', { cutAfterEvents: 1, cut: 'rst' }],
    ['an answer cut after its headers', { cutAfterEvents: 0 }],
    ['an error event', { errorAfterEvents: 0 }],
  ])('%s', async ([, fault]) => {
    const { outcome, count } = await attempts({ ...fault, retryAfterMs: 1 })
    expect(outcome).toBeInstanceOf(Error)
    expect(count).toBe(1)
  })
})

describe('x-should-retry takes precedence:', () => {
  test('false over a status that would be retried', async () => {
    expect(await attempts({ status: 503, shouldRetry: false })).toMatchObject({ count: 1 })
  })

  test('true over a status that would not be retried', async () => {
    const { outcome, count } = await attempts({
      status: 400,
      shouldRetry: true,
      times: 1,
      retryAfterMs: 1,
    })
    expect(outcome).toEqual(expect.stringContaining('NVDA'))
    expect(count).toBe(2)
  })
})

describe('the wait before a retry', () => {
  test.for<[string, Fault, number, number]>([
    ['Retry-After in seconds', { retryAfter: 1 }, 990, 1900],
    // A date has no fractions: 2 s from now is between 1 and 2.
    ['Retry-After as a date', { retryAfterDate: 2 }, 900, 2900],
    ['retry-after-ms', { retryAfterMs: 60 }, 55, 450],
    ['retry_after in the body', { bodyRetryAfter: 1 }, 990, 1900],
    ['retry-after-ms over Retry-After', { retryAfterMs: 60, retryAfter: 9 }, 55, 450],
    ['Retry-After over the body', { retryAfter: 0, bodyRetryAfter: 9 }, 0, 350],
    ['the backoff', {}, 370, 1500],
    ['the backoff, if the date is invalid', { headers: { 'retry-after': 'soon' } }, 370, 1500],
  ])('is set by %s', async ([, fault, least, most]) => {
    const { outcome, gaps } = await attempts({ status: 429, times: 1, ...fault })
    expect(outcome).toEqual(expect.stringContaining('NVDA'))
    expect(gaps[0]).toBeGreaterThanOrEqual(least)
    expect(gaps[0]).toBeLessThan(most)
  })

  test.for<[string, Fault]>([
    ['seconds', { retryAfter: 61 }],
    ['a date', { retryAfterDate: 3600 }],
    ['milliseconds', { retryAfterMs: 60_001 }],
    ['the body', { bodyRetryAfter: 61 }],
  ])('is never longer than a minute, set by %s', async ([, fault]) => {
    const start = performance.now()
    const { outcome, count } = await attempts({ status: 429, ...fault })
    expect(outcome).toBeInstanceOf(RateLimitError)
    expect((outcome as RateLimitError).retryAfter).toBeGreaterThan(59)
    expect(count).toBe(1)
    expect(performance.now() - start).toBeLessThan(2_000)
  })

  test('is never longer than `maxRetryAfter`', async () => {
    const fault = { status: 429, retryAfterMs: 100, times: 1 }
    expect(await attempts(fault, { maxRetryAfter: 99 })).toMatchObject({ count: 1 })
    expect(await attempts(fault, { maxRetryAfter: 100 })).toMatchObject({ count: 2 })
  })

  test('ends as soon as the caller aborts', async () => {
    const before = sandbox.requests.length
    const controller = new AbortController()
    const client = clientOf(sandbox, { status: 503, retryAfter: 30 }, { maxRetries: 2 })
    const pending = errorOf(client.ai.stream(prompt, { signal: controller.signal }).finalText())
    setTimeout(() => controller.abort(), 100)
    expect(await pending).toMatchObject({ name: 'RequestAbortedError' })
    expect(sandbox.requests.length).toBe(before + 1)
  })
})

test('every retry is logged without the key and the prompt', async () => {
  const lines: string[] = []
  const logger = { warn: (line: string) => void lines.push(line) }
  await attempts({ status: 503, retryAfterMs: 1 }, { logger })
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('attempt 1')
  expect(lines.join('\n')).not.toMatch(/vq_|NVDA/)
})
