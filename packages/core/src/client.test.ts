import { describe, expect, test, vi } from 'vitest'
import { catchError } from './test-support/body.ts'
import { fail, mockTime, never, ok, run, scripted, unreachable } from './test-support/scripted.ts'
import {
  type Fetch,
  ConnectionError,
  RequestAbortedError,
  ValidationError,
  VecTrade,
} from './index.ts'

mockTime()

describe('a call', () => {
  test('has the headers of its client over its own, and its own options over these', async () => {
    const { client, sent } = scripted([ok], { headers: { Accept: 'x/y', 'X-Two': 'client' } })
    await run(client, { headers: { 'x-two': 'call' } })
    expect(sent[0]?.init.headers).toMatchObject({ accept: 'x/y', 'x-two': 'call' })
  })

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
    expect(headers.get('x-api-key')).toBe('vq_test')
    expect(headers.has('authorization')).toBe(false)
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

  test('takes no user name and no password from a redirect', async () => {
    const moved = (): Response =>
      new Response(null, { status: 307, headers: { location: 'https://me:secret@e/v2' } })
    const { client, sent } = scripted([moved, ok])
    expect(await run(client)).toBe('Héllo world')
    expect(sent.map(({ url }) => url)).toEqual(['https://e/v1/ai/analyze', 'https://e/v2'])
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

  test('without streaming waits no longer for its answer than for an event', async () => {
    const dripping = (): Response =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 20))
            controller.enqueue(new TextEncoder().encode(' '))
          },
        }),
      )
    const { client } = scripted([dripping], { idleTimeout: 150, heartbeatTimeout: 60 })
    const error = catchError(client.ai.analyze('p'))
    await vi.advanceTimersByTimeAsync(200)
    expect(await error).toMatchObject({ name: 'TimeoutError', phase: 'idle' })
  })

  test('without streaming has its usage in both spellings', async () => {
    const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 }
    const { client } = scripted([() => Response.json({ content: 'a', usage })])
    expect((await client.ai.analyze('p')).usage).toEqual({
      ...usage,
      prompt_tokens: 1,
      completion_tokens: 2,
      total_tokens: 3,
    })
  })

  test('without streaming may answer with an error and status 200', async () => {
    const body = { error: { type: 'server_error', message: 'Said' } }
    const error = await catchError(scripted([() => Response.json(body)]).client.ai.analyze('p'))
    expect(error).toMatchObject({ name: 'ServerError', message: 'Said', retryable: true })
  })

  test.for<[unknown, Record<string, string>, string]>([
    [{ error: 'token_quota_exceeded', message: 'Said' }, {}, 'QuotaExceededError'],
    [{ error_code: 'invalid_api_key', message: 'Said' }, {}, 'AuthenticationError'],
    [{ type: 'error', message: 'Said' }, {}, 'APIError'],
    [
      { error: 'quota_exceeded', message: 'Said' },
      { 'content-type': 'application/vnd.gateway+json' },
      'QuotaExceededError',
    ],
    [
      { error: 'quota_exceeded', message: 'Said' },
      { 'content-type': 'text/plain' },
      'QuotaExceededError',
    ],
    [
      { type: 'about:blank', title: 'T', detail: 'Said', status: 429 },
      { 'content-type': 'application/problem+json' },
      'RateLimitError',
    ],
  ])('an error with status 200 is the same without streaming and with it: %j', async (row) => {
    const [payload, headers, name] = row
    for (const status of [200, 202]) {
      const { client } = scripted([() => Response.json(payload, { status, headers })])
      for (const failing of [client.ai.analyze('p'), client.ai.stream('p').finalText()]) {
        const expected = { name, message: 'Said', status: undefined }
        expect(await catchError(failing)).toMatchObject(expected)
      }
    }
  })

  test('a 404 says what to check, where the base URL may be the other one', async () => {
    const { client } = scripted([fail(404)])
    expect(await run(client)).toMatchObject({
      message: expect.stringMatching(/^m \(.*\/v1\/vq.*`baseURL`/),
    })
    const other = scripted([fail(404)], { baseURL: 'https://e/v1/vq' })
    expect(await run(other.client)).toMatchObject({ message: 'm' })
    const endpoint = scripted([fail(404)], { endpoint: 'https://e/', apiKey: undefined })
    expect(await run(endpoint.client)).toMatchObject({ message: 'm' })
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
    const { client, sent } = scripted([never], { authScheme: 'bearer' })
    const pending = [client.ai.stream('p').finalText(), client.ai.analyze('p')].map(catchError)
    const unused = client.ai.stream('p')
    await vi.advanceTimersByTimeAsync(10)
    client.close()
    for (const error of await Promise.all(pending))
      expect(error).toBeInstanceOf(RequestAbortedError)
    expect(await catchError(unused.finalText())).toBeInstanceOf(RequestAbortedError)
    expect(sent).toHaveLength(2)
  })

  test('closing ends all streams, though one refuses to be ended', async () => {
    const { client } = scripted([never], { timeout: 0 })
    void client.ai.stream('p').finalText()
    const others = [1, 2].map(() => catchError(client.ai.stream('p').finalText()))
    await vi.advanceTimersByTimeAsync(10)
    const abort = vi.spyOn(AbortController.prototype, 'abort').mockImplementationOnce(() => {
      throw new Error('not from this request')
    })
    expect(() => client.close()).not.toThrow()
    abort.mockRestore()
    for (const other of await Promise.all(others)) expect(other).toBeInstanceOf(RequestAbortedError)
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
    expect(() => client.ai.stream('p', { signal })).toThrow('`signal`')
    const error = await catchError(client.ai.analyze('p', { signal }))
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
