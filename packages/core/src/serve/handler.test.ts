import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Body, catchError, complete, sse, text as piece } from '../test-support/body.ts'
import { question, ok, post, serve, stream, url } from '../test-support/serve.ts'
import { ConfigurationError, createHandler, fromResponse, memoryStore } from '../index.ts'

describe('an answer', () => {
  test('is the stream', async () => {
    const { handler, sent } = serve(ok)
    const response = await handler(post({ prompt: 'p', symbols: ['NVDA'] }))
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await fromResponse(response).finalText()).toBe('Héllo world')
    expect(sent[0]?.body).toBe('{"prompt":"p","symbols":["NVDA"],"stream":true}')
  })

  test('takes nothing else of the request upstream', async () => {
    const { handler, sent } = serve(ok)
    const headers = {
      authorization: 'Bearer theirs',
      cookie: 'theirs',
      'x-api-key': 'theirs',
      'idempotency-key': 'theirs',
      'x-forwarded-for': 'theirs',
    }
    await (await handler(post({ prompt: 'p', model: 'theirs', stream: false }, headers))).text()
    expect(JSON.stringify(sent)).not.toContain('theirs')
  })

  test('that fails later is an error event', async () => {
    const { handler } = serve(() => stream(complete[0] ?? ''))
    const response = await handler(post(question))
    expect(response.status).toBe(200)
    expect(await catchError(fromResponse(response).finalText())).toMatchObject({
      name: 'ServiceUnavailableError',
      partial: { text: 'Héllo ' },
    })
  })

  test('nobody reads any more ends the request upstream', async () => {
    const body = new Body([sse(piece('a'))], 'hang')
    const { handler } = serve(() => stream(body.stream))
    const reader = (await handler(post(question))).body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(body.cancelled).toBe(1)
  })

  test('nobody waits for any more ends the request upstream', async () => {
    const controller = new AbortController()
    const { handler, sent } = serve(() => new Promise(() => {}))
    const request = post(question, {}, controller.signal)
    const response = handler(request)
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    controller.abort()
    await response
    expect(sent[0]?.signal?.aborted).toBe(true)
  })
})

describe('a request', () => {
  test.for<[string, unknown, number, RegExp]>([
    ['that is no JSON', '{"prompt":', 422, /JSON/],
    ['that is no object', '["p"]', 422, /JSON/],
    ['without a body', '', 422, /JSON/],
    ['without a prompt', { symbols: [] }, 422, /`prompt`/],
    ['with an empty prompt', { prompt: ' \n' }, 422, /`prompt`/],
    ['with a prompt that is no string', { prompt: 7 }, 422, /`prompt`/],
    ['with a prompt too long', { prompt: 'x'.repeat(101) }, 422, /100 characters/],
    ['with a body too long', { prompt: 'x'.repeat(10_000) }, 413, /bytes/],
    ['with symbols that are none', { prompt: 'p', symbols: 'NVDA' }, 422, /`symbols`/],
    ['with a symbol that is none', { prompt: 'p', symbols: [1] }, 422, /`symbols`/],
    ['with too many symbols', { prompt: 'p', symbols: Array(51).fill('A') }, 422, /`symbols`/],
    [
      'with symbols too long',
      { prompt: 'p', symbols: ['A'.repeat(100)] },
      422,
      /together: shorten/,
    ],
    ['with all too long', { prompt: 'p'.repeat(60), symbols: Array(41).fill('A') }, 422, /100/],
    ['with empty symbols', { prompt: 'p'.repeat(60), symbols: Array(41).fill('') }, 422, /fewer/],
    ['with a flood of symbols', { prompt: 'p', symbols: Array(1_000).fill('') }, 422, /`symbols`/],
  ])('%s is refused, saying what to do', async ([, body, status, message]) => {
    const { handler, sent } = serve(ok, { maxPromptLength: 100 })
    const response = await handler(post(body))
    expect(response.status).toBe(status)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(
      message,
    )
    expect(sent).toHaveLength(0)
  })

  test('with prompt and symbols as long as allowed together passes', async () => {
    const { handler, sent } = serve(ok, { maxPromptLength: 100 })
    const request = {
      prompt: 'p'.repeat(60),
      symbols: [...Array(10).fill('NVD'), ...Array(10).fill('')],
    }
    expect((await handler(post(request))).status).toBe(200)
    expect(sent).toHaveLength(1)
  })

  test('with a prompt as long as allowed, in any characters, passes', async () => {
    const { handler } = serve(ok, { maxPromptLength: 1000 })
    const escaped = `{"prompt":"${String.raw`\u20ac`.repeat(1000)}"}`
    expect((await handler(post(escaped))).status).toBe(200)
  })

  test.for(['GET', 'PUT', 'DELETE', 'HEAD'])('by %s is refused', async (method) => {
    const response = await serve(ok).handler(new Request(url, { method }))
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
  })
})

describe('a body', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('that never ends is given half a minute', async () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
    })
    const { handler, sent } = serve(ok)
    const init = { method: 'POST', body, duplex: 'half' }
    const answered = handler(new Request(url, init))
    await vi.advanceTimersByTimeAsync(30_000)
    expect((await answered).status).toBe(408)
    expect(sent).toHaveLength(0)
  })

  test('that says it is too large is not read', async () => {
    const body = new ReadableStream(
      { pull: () => expect.unreachable('it was read') },
      { highWaterMark: 0 },
    )
    const { handler } = serve(ok)
    const headers = { 'content-length': '10000000000' }
    const init = { method: 'POST', body, duplex: 'half', headers }
    expect((await handler(new Request(url, init))).status).toBe(413)
  })
})

describe('what is called with no Request', () => {
  const web = post(question)
  test.for<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a URL', url],
    ["Node's request", { method: 'POST', url: '/', headers: { 'content-type': 'text/plain' } }],
    ['one without a signal', { method: 'POST', url, headers: web.headers, body: web.body }],
    ['one with a signal of null', { method: 'POST', url, headers: web.headers, signal: null }],
  ])('%s is a 500, and the server is told', async ([, request]) => {
    const onError = vi.fn<(error: unknown) => void>()
    const cors = { origins: ['https://other.example'] }
    const { handler, sent } = serve(ok, { cors, onError })
    expect((await handler(request as Request)).status).toBe(500)
    expect(sent).toHaveLength(0)
    expect(onError.mock.calls).toEqual([[expect.any(ConfigurationError)]])
    expect(String(onError.mock.calls[0]?.[0])).toMatch(/`request`.*`signal`.*toNodeHandler/)
  })
})

test('an onError that fails is no failure of anything else', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const authorize = (): never => {
    throw new Error('secret')
  }
  const failing = [authorize, () => Promise.reject(new Error('secret'))]
  for (const onError of failing) {
    expect((await serve(ok, { authorize, onError }).handler(post(question))).status).toBe(500)
  }
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})

test("VecTrade's id of the request goes along, on an answer and on a refusal", async () => {
  const headers = { 'x-request-id': 'r1', 'x-vq-ratelimit-limit': '60' }
  const answered = (): Response =>
    new Response(complete.join(''), {
      headers: { 'content-type': 'text/event-stream', ...headers },
    })
  const response = await serve(answered).handler(post(question))
  // How much is left of the server's own quota is not for its pages.
  expect(response.headers.has('x-vq-ratelimit-limit')).toBe(false)
  expect(await fromResponse(response).finalAnalysis()).toMatchObject({ requestId: 'r1' })
  const refused = (): Response =>
    Response.json({ error: { message: 'Said' } }, { status: 422, headers })
  const refusal = fromResponse(await serve(refused).handler(post(question)))
  expect(await catchError(refusal.finalText())).toMatchObject({ requestId: 'r1' })
})

test.for([undefined, null, 'options', []])('options of %j are named', (options) => {
  expect(() => createHandler(options as never)).toThrow(ConfigurationError)
  expect(() => createHandler(options as never)).toThrow('{ client: … }')
})

test.for<[string, Record<string, unknown>]>([
  ['client', { client: undefined }],
  ['client', { client: null }],
  ['authorize', { authorize: null }],
  ['cors', { cors: null }],
  ['cors', { cors: ['https://app.example.com'] }],
  ['cors', { cors: 'https://app.example.com' }],
  ['cors.credentials', { cors: { origins: [], credentials: 'include' } }],
  ['publicOrigin', { publicOrigin: null }],
  ['publicOrigin', { publicOrigin: 'app.example.com' }],
  ['publicOrigin', { publicOrigin: 'https://app.example.com/' }],
  ['publicOrigin', { publicOrigin: 'https://app.example.com/api' }],
  ['publicOrigin', { publicOrigin: '*' }],
  ['publicOrigin', { publicOrigin: new URL('https://app.example.com') }],
  ['publicOrigin', { publicOrigin: ['https://app.example.com', '*'] }],
  ['store', { store: null }],
  ['store', { store: Promise.resolve(memoryStore()) }],
  ['owner', { owner: null }],
  ['onError', { onError: console }],
  ['logger', { logger: null }],
  ['logger', { logger: console.log }],
  ['heartbeat', { heartbeat: null }],
  ['firstByteAfter', { firstByteAfter: null }],
  ['maxPromptLength', { maxPromptLength: null }],
  ['client', { client: {} }],
  ['authorize', { authorize: 'everybody' }],
  ['cors.origins', { cors: { origins: 'https://app.example.com' } }],
  ['cors.origins', { cors: {} }],
  ['cors.origins', { cors: { origins: ['*'] } }],
  ['cors.origins', { cors: { origins: ['https://app.example.com/'] } }],
  ['cors.origins', { cors: { origins: ['app.example.com'] } }],
  ['cors.origins', { cors: { origins: ['HTTPS://App.Example'] } }],
  ['store', { store: {} }],
  ['owner', { owner: 'me' }],
  ['heartbeat', { heartbeat: -1 }],
  ['firstByteAfter', { firstByteAfter: Number.NaN }],
  ['maxPromptLength', { maxPromptLength: 0 }],
  ['maxStreamsPerOwner', { maxStreamsPerOwner: 0 }],
  ['maxStreamsPerOwner', { maxStreamsPerOwner: 1.5 }],
  ['maxStreamsPerOwner', { maxStreamsPerOwner: null }],
])('an option that is wrong is named: %s', ([name, options]) => {
  expect(() => serve(ok, options)).toThrow(ConfigurationError)
  expect(() => serve(ok, options)).toThrow(`\`${name}\``)
})

describe('an upstream that refuses', () => {
  test('with a status that no response can have is a 502', async () => {
    const odd = { status: 999, headers: new Headers(), body: null } as unknown as Response
    expect((await serve(() => odd).handler(post(question))).status).toBe(502)
  })

  test('with a Retry-After beyond reading is one of a year', async () => {
    const answer = (): Response =>
      new Response(null, { status: 503, headers: { 'retry-after': '9'.repeat(24) } })
    const response = await serve(answer).handler(post(question))
    expect(response.headers.get('retry-after')).toBe('31536000')
  })

  test.for([400, 401, 402, 403, 404, 422, 429, 500, 503])('keeps its status %i', async (status) => {
    const answer = (): Response =>
      Response.json({ error: { message: 'Said' } }, { status, headers: { 'retry-after': '6.2' } })
    const response = await serve(answer).handler(post(question))
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(await response.json()).toMatchObject({ error: { message: 'Said' } })
  })

  test.for<[string, () => Response, number]>([
    [
      'cannot be reached',
      () => {
        throw new TypeError('secret')
      },
      502,
    ],
    ['is another server', () => new Response('secret'), 502],
  ])('or %s gives no internals', async ([, answer, status]) => {
    const response = await serve(answer).handler(post(question))
    expect(response.status).toBe(status)
    expect(await response.text()).not.toMatch(/secret|baseURL|VECTRADE/)
  })
})

describe('a slow upstream', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  const after = (ms: number, answer: () => Response) => (): Promise<Response> =>
    new Promise((resolve) => setTimeout(() => resolve(answer()), ms))

  test('is waited for as long as firstByteAfter, then the response begins with a heartbeat', async () => {
    const { handler } = serve(after(10_000, ok))
    let response: Response | undefined
    void handler(post(question)).then((value) => (response = value))
    await vi.advanceTimersByTimeAsync(7999)
    expect(response).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    const reading = response?.text()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await reading).toBe(`: heartbeat\n\n${complete.join('')}`)
  })

  test('that refuses too late gives an error event', async () => {
    const refuse = (): Response => Response.json({ error: { message: 'Said' } }, { status: 429 })
    const { handler } = serve(after(100, refuse), { firstByteAfter: 50 })
    const responding = handler(post(question))
    await vi.advanceTimersByTimeAsync(50)
    const response = await responding
    expect(response.status).toBe(200)
    const error = catchError(fromResponse(response).finalText())
    await vi.advanceTimersByTimeAsync(50)
    expect(await error).toMatchObject({ name: 'RateLimitError', message: 'Said' })
  })

  test('is not waited for with firstByteAfter: 0', async () => {
    const { handler } = serve(after(100, ok), { firstByteAfter: 0 })
    const reading = (await handler(post(question))).text()
    await vi.advanceTimersByTimeAsync(100)
    expect(await reading).toMatch(/^: heartbeat\n\ndata: /)
  })
})
