import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { catchError, complete } from './test-support/body.ts'
import {
  type CallOptions,
  ConnectionError,
  type Fetch,
  RateLimitError,
  RequestAbortedError,
  ServiceUnavailableError,
  TimeoutError,
  ValidationError,
  VecTrade,
  type VecTradeOptions,
} from './index.ts'

interface Sent {
  url: string
  init: RequestInit
  /** ms since the first request. */
  at: number
}

/** A client whose fetch answers from a list, the last entry for ever, and notes what it was asked. */
function scripted(
  answers: (() => Response | Promise<Response>)[],
  options: VecTradeOptions = {},
): { client: VecTrade; sent: Sent[] } {
  const sent: Sent[] = []
  let start = 0
  const fetch: Fetch = async (url, init) => {
    if (sent.length === 0) start = Date.now()
    const answer = answers[Math.min(sent.length, answers.length - 1)]
    sent.push({ url, init, at: Date.now() - start })
    if (answer === undefined) throw new Error('no answers')
    return answer()
  }
  const client = new VecTrade({ apiKey: 'vq_test', baseURL: 'https://e/v1', fetch, ...options })
  return { client, sent }
}

const ok = (): Response =>
  new Response(complete.join(''), { headers: { 'content-type': 'text/event-stream' } })
const fail =
  (status: number, headers: Record<string, string> = {}) =>
  (): Response =>
    Response.json({ error: { message: 'm' } }, { status, headers })
const unreachable = (): Response => {
  throw new TypeError('fetch failed')
}
const never = (): Promise<Response> => new Promise(() => {})

async function run(client: VecTrade, options?: CallOptions): Promise<unknown> {
  const outcome = client.ai
    .stream('p', options)
    .finalText()
    .catch((error: unknown) => error)
  await vi.runAllTimersAsync()
  return outcome
}

beforeEach(() => {
  vi.useFakeTimers()
  // In the middle of the jitter: the delays are the plain ones.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.restoreAllMocks()
})

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
  ])('after %s, twice, 0.5 s and 1 s later', async ([, answer]) => {
    const { client, sent } = scripted([answer, answer, ok])
    expect(await run(client)).toBe('Héllo world')
    expect(sent.map(({ at }) => at)).toEqual([0, 500, 1500])
  })

  test.for([400, 401, 402, 403, 404, 422])('not after %i', async (status) => {
    const { client, sent } = scripted([fail(status), ok])
    expect(await run(client)).toMatchObject({ status })
    expect(sent).toHaveLength(1)
  })

  test('not after quota_exceeded', async () => {
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

  test.for([0, 1, 5])('as often as maxRetries: %i', async (maxRetries) => {
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
  ])('wait as the server asks: %o', async ([headers, delay]) => {
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

  test('send the same key and body each time, and another key with another call', async () => {
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

  test('never after the answer has begun', async () => {
    const cut = (): Response =>
      new Response(complete[0], { headers: { 'content-type': 'text/event-stream' } })
    const { client, sent } = scripted([cut, ok])
    expect(await run(client)).toMatchObject({
      name: 'StreamInterruptedError',
      partial: { text: 'Héllo ' },
    })
    expect(sent).toHaveLength(1)
  })

  test('are told to the logger, without key or prompt', async () => {
    const lines: string[] = []
    const { client } = scripted([fail(503), ok], {
      logger: { warn: (line) => void lines.push(line) },
    })
    await run(client)
    expect(lines).toEqual(['vectrade: attempt 1 failed (service_unavailable), next in 500 ms'])
  })

  test('a logger that throws is no failure of the call', async () => {
    const warn = (): never => {
      throw new Error('log broke')
    }
    const { client, sent } = scripted([fail(503), ok], { logger: { warn } })
    expect(await run(client)).toBe('Héllo world')
    expect(sent).toHaveLength(2)
  })

  test('an abort ends the wait', async () => {
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
  test('is per attempt, and retried', async () => {
    const { client, sent } = scripted([never, ok], { timeout: 1000 })
    expect(await run(client)).toBe('Héllo world')
    expect(sent.map(({ at }) => at)).toEqual([0, 1500])
    const hopeless = scripted([never], { timeout: 1000, maxRetries: 1 })
    expect(await run(hopeless.client)).toMatchObject({ name: 'TimeoutError', phase: 'headers' })
  })

  test('does not limit the reason of a refusal', async () => {
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

  test('does not limit the answer', async () => {
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

  test('closes a response that comes too late', async () => {
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
  test('is what the protocol says', async () => {
    const { client, sent } = scripted([ok])
    await run(client)
    expect(sent[0]).toMatchObject({
      url: 'https://e/v1/ai/analyze',
      init: { method: 'POST', redirect: 'manual', body: '{"prompt":"p","stream":true}' },
    })
    const headers = new Headers(sent[0]?.init.headers)
    expect(headers.get('accept')).toBe('text/event-stream')
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('authorization')).toBe('Bearer vq_test')
    expect(headers.get('user-agent')).toMatch(/^vectrade-core\/\d+\.\d+\.\d+/)
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(headers.has('last-event-id')).toBe(false)
  })

  test('takes symbols, a base URL with a path, the other scheme and headers', async () => {
    const { client, sent } = scripted([ok], {
      baseURL: 'https://e/v1/vq/',
      authScheme: 'x-api-key',
      headers: { 'x-team': 'a', 'x-both': 'client' },
    })
    const stream = client.ai.stream(
      { prompt: 'p', symbols: ['NVDA'] },
      { headers: { 'X-Both': 'call' } },
    )
    await stream.finalText()
    expect(sent[0]).toMatchObject({
      url: 'https://e/v1/vq/ai/analyze',
      init: { body: '{"prompt":"p","symbols":["NVDA"],"stream":true}' },
    })
    const headers = new Headers(sent[0]?.init.headers)
    expect([headers.get('x-api-key'), headers.has('authorization')]).toEqual(['vq_test', false])
    expect([headers.get('x-team'), headers.get('x-both')]).toEqual(['a', 'call'])
  })

  test('sends nothing before it is used', async () => {
    const { client, sent } = scripted([ok])
    const stream = client.ai.stream('p')
    await vi.advanceTimersByTimeAsync(1000)
    expect(sent).toHaveLength(0)
    expect((await stream.response).status).toBe(200)
    expect(sent).toHaveLength(1)
    expect(await stream.finalText()).toBe('Héllo world')
    expect(sent).toHaveLength(1)
  })

  test('without streaming gives the same answer', async () => {
    const body = {
      content: 'Héllo',
      citations: [{ source: 's', url: 'u' }, 'no citation'],
      metadata: { model: 'm' },
      usage: { prompt_tokens: 1 },
    }
    const { client, sent } = scripted([
      () => Response.json(body, { headers: { 'x-request-id': 'r' } }),
    ])
    expect(await client.ai.analyze('p')).toEqual({
      text: 'Héllo',
      citations: [{ source: 's', url: 'u' }],
      metadata: { model: 'm' },
      usage: { prompt_tokens: 1 },
      requestId: 'r',
    })
    expect(sent[0]?.init.body).toBe('{"prompt":"p","stream":false}')
    expect(new Headers(sent[0]?.init.headers).get('accept')).toBe('application/json')
  })

  test.for<[string, () => Response, string]>([
    ['422', fail(422), 'ValidationError'],
    ['no JSON', () => new Response('<html>'), 'StreamProtocolError'],
    ['another JSON', () => Response.json([]), 'StreamProtocolError'],
    ['204', () => new Response(null, { status: 204 }), 'StreamProtocolError'],
    ['too much', () => Response.json({ content: 'x'.repeat(200) }), 'StreamProtocolError'],
    [
      'a broken body',
      () =>
        new Response(
          new ReadableStream({ pull: () => Promise.reject(new TypeError('terminated')) }),
        ),
      'StreamInterruptedError',
    ],
  ])('without streaming fails typed: %s', async ([, answer, name]) => {
    const { client } = scripted([answer], { maxRetries: 0, maxEventBytes: 100 })
    expect(await catchError(client.ai.analyze('p'))).toMatchObject({ name })
  })

  test('without streaming is aborted, and leaves nothing behind', async () => {
    const { client } = scripted([never])
    const controller = new AbortController()
    const error = catchError(client.ai.analyze('p', { signal: controller.signal }))
    await vi.advanceTimersByTimeAsync(10)
    controller.abort('why')
    expect(await error).toMatchObject({ name: 'RequestAbortedError', cause: 'why' })
  })

  test('is ended by closing the client, and refused after it', async () => {
    const { client, sent } = scripted([never])
    const pending = [client.ai.stream('p').finalText(), client.ai.analyze('p')].map(catchError)
    const unused = client.ai.stream('p')
    await vi.advanceTimersByTimeAsync(10)
    client.close()
    for (const error of await Promise.all(pending))
      expect(error).toBeInstanceOf(RequestAbortedError)
    expect(await catchError(unused.finalText())).toBeInstanceOf(RequestAbortedError)
    expect(sent).toHaveLength(2)
  })

  test('a fetch that is no promise, or throws, is no crash', async () => {
    const sync = new VecTrade({ apiKey: 'vq_t', fetch: (() => ok()) as unknown as Fetch })
    expect(await sync.ai.stream('p').finalText()).toBe('Héllo world')
    const { client } = scripted([unreachable], { maxRetries: 0 })
    const error = await run(client)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ phase: 'connect', retryable: true })
  })

  test.for<[string, unknown]>([
    ['nothing', undefined],
    ['no response', { status: 200 }],
    ['a body that is no Web stream', { status: 200, headers: new Headers(), body: { pipe() {} } }],
  ])('a fetch that gives %s is named', async ([, given]) => {
    const fetch = (async () => given) as unknown as Fetch
    const client = new VecTrade({ apiKey: 'vq_t', fetch })
    const error = await catchError(client.ai.stream('p').finalText())
    expect(error).toMatchObject({ name: 'ConfigurationError', retryable: false })
    expect(String(error)).toContain('`fetch`')
  })

  test('a fetch without a body to stream, as React Native has, is told what to do', async () => {
    const headers = new Headers({ 'content-type': 'text/event-stream' })
    const fetch = (async () => ({
      status: 200,
      type: 'basic',
      headers,
      body: undefined,
    })) as unknown as Fetch
    const client = new VecTrade({ apiKey: 'vq_t', fetch })
    expect(String(await catchError(client.ai.stream('p').finalText()))).toContain('expo/fetch')
  })

  test('without streaming is aborted while its body is silent, whatever its fetch heeds', async () => {
    const { client } = scripted([() => new Response(new ReadableStream({}))], {
      heartbeatTimeout: 0,
    })
    const controller = new AbortController()
    const aborted = catchError(client.ai.analyze('p', { signal: controller.signal }))
    const closed = catchError(client.ai.analyze('p'))
    await vi.advanceTimersByTimeAsync(10)
    controller.abort('why')
    expect(await aborted).toMatchObject({ name: 'RequestAbortedError', cause: 'why' })
    client.close()
    expect(await closed).toMatchObject({ name: 'RequestAbortedError' })
  })

  test('a signal that is none is named', async () => {
    const { client, sent } = scripted([ok])
    const signal = new AbortController() as unknown as AbortSignal
    const error = await catchError(client.ai.stream('p', { signal }).finalText())
    expect(error).toMatchObject({ name: 'ConfigurationError' })
    expect(String(error)).toContain('`signal`')
    expect(sent).toHaveLength(0)
  })

  test('a key the server quotes is taken out', async () => {
    const quoting = (): Response =>
      Response.json(
        { error: { type: 'validation_error', message: 'not vq_test' } },
        { status: 422 },
      )
    const error = await run(scripted([quoting]).client)
    expect(error).toBeInstanceOf(ValidationError)
    expect(error).toMatchObject({ message: 'not [redacted]' })
  })
})
