import { describe, expect, test, vi } from 'vitest'
import { Body, catchError, complete } from '../test-support/body.ts'
import { recording } from '../test-support/recording.ts'
import {
  fail,
  mockTime,
  never,
  ok,
  run,
  scripted,
  unreachable,
  type Sent,
} from '../test-support/scripted.ts'
import {
  ConnectionError,
  type Fetch,
  RateLimitError,
  RequestAbortedError,
  ServiceUnavailableError,
  TimeoutError,
  VecTrade,
} from '../index.ts'

mockTime()

describe('retries', () => {
  test.for<[string, () => Response]>([
    ['408', fail(408)],
    ['409', fail(409)],
    ['429', fail(429)],
    ['500', fail(500)],
    ['502', fail(502)],
    ['503', fail(503)],
    ['504', fail(504)],
    ['no connection', unreachable],
  ])('come 0.5 s and 1 s after %s', async ([, answer]) => {
    const { client, sent } = scripted([answer, answer, ok])
    expect(await run(client)).toBe('Héllo world')
    expect(sent.map(({ at }) => at)).toEqual([0, 500, 1500])
  })

  test.for([400, 402, 403, 404, 422])('do not come after %i', async (status) => {
    const { client, sent } = scripted([fail(status), ok])
    expect(await run(client)).toMatchObject({ status })
    expect(sent).toHaveLength(1)
  })

  test('do not come after quota_exceeded', async () => {
    const quota = (): Response =>
      Response.json({ error: { type: 'quota_exceeded' } }, { status: 429 })
    const { client, sent } = scripted([quota, ok])
    expect(await run(client)).toMatchObject({ name: 'QuotaExceededError' })
    expect(sent).toHaveLength(1)
  })

  test('end with the last error', async () => {
    const { client, sent } = scripted([fail(500), fail(500), fail(503)])
    expect(await run(client)).toBeInstanceOf(ServiceUnavailableError)
    expect(sent).toHaveLength(3)
  })

  test.for([0, 1, 5])('come as often as maxRetries allows: %i', async (maxRetries) => {
    const { client, sent } = scripted([fail(500)], { maxRetries })
    await run(client)
    expect(sent).toHaveLength(maxRetries + 1)
    await run(client, { maxRetries: 3 })
    expect(sent).toHaveLength(maxRetries + 1 + 4)
  })

  test.for<[Record<string, string>, number]>([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after-ms': '70' }, 70],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '60' }, 60_000],
  ])('wait as long as the server asks: %o', async ([headers, delay]) => {
    const { client, sent } = scripted([fail(429, headers), ok])
    expect(await run(client)).toBe('Héllo world')
    expect(sent[1]?.at).toBe(delay)
  })

  test('wait until a date', async () => {
    vi.setSystemTime(new Date('2026-11-22T00:00:00Z'))
    const { client, sent } = scripted([
      fail(503, { 'retry-after': 'Sun, 22 Nov 2026 00:00:09 GMT' }),
      ok,
    ])
    expect(await run(client)).toBe('Héllo world')
    expect(sent[1]?.at).toBe(9000)
  })

  test('do not wait longer than maxRetryAfter', async () => {
    const { client, sent } = scripted([fail(429, { 'retry-after': '61' }), ok])
    const error = await run(client)
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ retryAfter: 61 })
    expect(sent).toHaveLength(1)
    expect(await run(client, { maxRetryAfter: 100_000 })).toBe('Héllo world')
  })

  test('follow x-should-retry', async () => {
    const forced = scripted([fail(400, { 'x-should-retry': 'true' }), ok])
    expect(await run(forced.client)).toBe('Héllo world')
    const forbidden = scripted([fail(503, { 'x-should-retry': 'false' }), ok])
    expect(await run(forbidden.client)).toBeInstanceOf(ServiceUnavailableError)
    expect(forbidden.sent).toHaveLength(1)
  })

  test('send the same idempotency key and body, and the next call sends another key', async () => {
    const { client, sent } = scripted([fail(500), fail(500), ok])
    await run(client)
    const keyOf = ({ init }: Sent): string | null =>
      new Headers(init.headers).get('idempotency-key')
    const [key] = sent.map(keyOf)
    expect(key).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    expect(sent.map(keyOf)).toEqual([key, key, key])
    expect(new Set(sent.map(({ init }) => init.body)).size).toBe(1)
    await run(client)
    expect(sent.map(keyOf).at(-1)).not.toBe(key)
    await run(client, { idempotencyKey: 'mine' })
    expect(sent.map(keyOf).at(-1)).toBe('mine')
  })

  test('do not come after the answer has begun', async () => {
    const cut = (): Response =>
      new Response(complete[0], { headers: { 'content-type': 'text/event-stream' } })
    const { client, sent } = scripted([cut, ok])
    expect(await run(client)).toMatchObject({
      name: 'StreamInterruptedError',
      partial: { text: 'Héllo ' },
    })
    expect(sent).toHaveLength(1)
  })

  test('are logged without key and prompt', async () => {
    const lines: string[] = []
    const { client } = scripted([fail(503), ok], {
      logger: { warn: (line) => void lines.push(line) },
    })
    await run(client)
    expect(lines).toEqual([
      expect.stringMatching(
        /^vectrade: attempt 1 of call \d+ failed \(service_unavailable\), next in 500 ms$/,
      ),
    ])
  })

  test('do not fail if the logger throws', async () => {
    const warn = (): never => {
      throw new Error('log broke')
    }
    const { client, sent } = scripted([fail(503), ok], { logger: { warn } })
    expect(await run(client)).toBe('Héllo world')
    expect(sent).toHaveLength(2)
  })

  test('end when the call is aborted during a wait', async () => {
    const controller = new AbortController()
    const { client, sent } = scripted([fail(500), ok])
    const reading = client.ai.stream('p', { signal: controller.signal }).finalText()
    const error = catchError(reading)
    await vi.advanceTimersByTimeAsync(100)
    controller.abort('why')
    expect(await error).toBeInstanceOf(RequestAbortedError)
    expect(sent).toHaveLength(1)
  })
})

describe('the time limit for headers', () => {
  test('applies to each attempt, which is then retried', async () => {
    const { client, sent } = scripted([never, ok], { timeout: 1000 })
    expect(await run(client)).toBe('Héllo world')
    expect(sent.map(({ at }) => at)).toEqual([0, 1500])
    const hopeless = scripted([never], { timeout: 1000, maxRetries: 1 })
    expect(await run(hopeless.client)).toMatchObject({ name: 'TimeoutError', phase: 'headers' })
  })

  test('does not apply to the body of an error', async () => {
    const slowly = (): Response => {
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          await new Promise((resolve) => setTimeout(resolve, 300))
          controller.enqueue(new TextEncoder().encode('{"error":{"message":"the reason"}}'))
          controller.close()
        },
      })
      return new Response(body, { status: 400 })
    }
    expect(await run(scripted([slowly], { timeout: 150 }).client)).toMatchObject({
      message: 'the reason',
    })
  })

  test('does not apply to the answer', async () => {
    const slow = (): Response => {
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          for (const chunk of complete) {
            await new Promise((resolve) => setTimeout(resolve, 20_000))
            controller.enqueue(new TextEncoder().encode(chunk))
          }
          controller.close()
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    }
    expect(await run(scripted([slow], { timeout: 1000 }).client)).toBe('Héllo world')
  })

  test('closes a response that comes later', async () => {
    let cancelled = 0
    const late = async (): Promise<Response> => {
      await new Promise((resolve) => setTimeout(resolve, 5000))
      return new Response(new ReadableStream({ cancel: () => void (cancelled += 1) }))
    }
    const { client } = scripted([late], { timeout: 1000, maxRetries: 0 })
    expect(await run(client)).toBeInstanceOf(TimeoutError)
    expect(cancelled).toBe(1)
  })
})

describe('a call', () => {
  test('fails with a ConnectionError if reading the properties of the response throws', async () => {
    const strange = (): Response => new Proxy(ok(), {})
    const { client } = scripted([strange], { maxRetries: 0 })
    expect(await run(client)).toBeInstanceOf(ConnectionError)
  })

  test('sends the same headers again if fetch has changed them', async () => {
    const seen: unknown[] = []
    const fetch: Fetch = async (_, { headers }) => {
      seen.push(headers['x-api-key'])
      delete headers['x-api-key']
      return seen.length === 1 ? fail(503)() : ok()
    }
    await run(new VecTrade({ apiKey: 'vq_test', fetch }))
    expect(seen).toEqual(['vq_test', 'vq_test'])
  })

  test.for([
    ['alone', undefined],
    ['observed', recording().instrumentation],
  ] as const)(
    'calls fetch without `this`, so that it does not get the call and its prompt: %s',
    async ([, instrumentation]) => {
      const receivers: unknown[] = []
      const fetch: Fetch = async function (this: unknown) {
        receivers.push(this)
        return ok()
      }
      expect(await run(new VecTrade({ apiKey: 'vq_test', fetch, instrumentation }))).toBeTruthy()
      expect(receivers).toEqual([undefined])
    },
  )

  test.for<[number, Record<string, string>]>([
    [400, {}],
    [200, { 'content-type': 'application/json' }],
  ])('closes an endless error body when the stream is cancelled: %i', async ([status, headers]) => {
    const body = new Body(['{"error":'], 'hang')
    const { client } = scripted([() => new Response(body.stream, { status, headers })])
    const stream = client.ai.stream('p')
    const reading = stream[Symbol.asyncIterator]().next()
    await vi.advanceTimersByTimeAsync(10)
    await stream.cancel()
    await vi.advanceTimersByTimeAsync(0)
    expect(body.cancelled).toBe(1)
    expect((await reading).done).toBe(true)
  })
})
