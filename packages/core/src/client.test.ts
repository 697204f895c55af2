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
  test('sends its own headers over those of the client, and these over those of the SDK', async () => {
    const { client, sent } = scripted([ok], { headers: { Accept: 'x/y', 'X-Two': 'client' } })
    await run(client, { headers: { 'x-two': 'call' } })
    expect(sent[0]?.init.headers).toMatchObject({ accept: 'x/y', 'x-two': 'call' })
  })

  test('sends what the protocol says', async () => {
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

  test('sends symbols and headers, to a base URL with a path, in the scheme that was chosen', async () => {
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
  ])(
    'fails with the same error with and without streaming if the status is 200: %j',
    async (row) => {
      const [payload, headers, name] = row
      for (const status of [200, 202]) {
        const { client } = scripted([() => Response.json(payload, { status, headers })])
        for (const failing of [client.ai.analyze('p'), client.ai.stream('p').finalText()]) {
          const expected = { name, message: 'Said', status: undefined }
          expect(await catchError(failing)).toMatchObject(expected)
        }
      }
    },
  )

  test('says after a 404 that the base URL may be another one', async () => {
    const { client } = scripted([fail(404)])
    expect(await run(client)).toMatchObject({
      message: expect.stringMatching(/^m \(.*\/v1\/vq.*`baseURL`/),
    })
    const other = scripted([fail(404)], { baseURL: 'https://e/v1/vq' })
    expect(await run(other.client)).toMatchObject({ message: 'm' })
    const endpoint = scripted([fail(404)], { endpoint: 'https://e/', apiKey: undefined })
    expect(await run(endpoint.client)).toMatchObject({ message: 'm' })
  })

  test('ends when the client is closed, and fails after that', async () => {
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

  test('ends when the client is closed, even if ending another one throws', async () => {
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

  test('works with a fetch that returns no promise, and fails with an SDK error if fetch throws', async () => {
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
    [
      'a body that is not a Web stream',
      { status: 200, headers: new Headers(), body: { pipe() {} } },
    ],
  ])('names a fetch that returns %s', async ([, given]) => {
    const fetch = (async () => given) as unknown as Fetch
    const client = new VecTrade({ apiKey: 'vq_t', fetch })
    const error = await catchError(client.ai.stream('p').finalText())
    expect(error).toMatchObject({ name: 'ConfigurationError', retryable: false })
    expect(String(error)).toContain('`fetch`')
  })

  test('says what to do if fetch cannot stream, as in React Native', async () => {
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

  test('names a signal that is not one', async () => {
    const { client, sent } = scripted([ok])
    const signal = new AbortController() as unknown as AbortSignal
    expect(() => client.ai.stream('p', { signal })).toThrow('`signal`')
    const error = await catchError(client.ai.analyze('p', { signal }))
    expect(error).toMatchObject({ name: 'ConfigurationError' })
    expect(String(error)).toContain('`signal`')
    expect(sent).toHaveLength(0)
  })

  test('removes the key from an error that quotes it', async () => {
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
