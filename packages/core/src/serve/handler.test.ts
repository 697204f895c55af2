import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Body, catchError, complete, sse, text as piece } from '../test-support/body.ts'
import { ok, post, question, serve, stream, url } from '../test-support/serve.ts'
import { fromResponse } from '../index.ts'

describe('an answer', () => {
  test('is the stream of VecTrade', async () => {
    const { handler, sent } = serve(ok)
    const response = await handler(post({ prompt: 'p', symbols: ['NVDA'] }))
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await fromResponse(response).finalText()).toBe('Héllo world')
    expect(sent[0]?.body).toBe('{"prompt":"p","symbols":["NVDA"],"stream":true}')
  })

  test('sends nothing else of the request to VecTrade', async () => {
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

  test('that fails after it has begun ends with an error event', async () => {
    const { handler } = serve(() => stream(complete[0] ?? ''))
    const response = await handler(post(question))
    expect(response.status).toBe(200)
    expect(await catchError(fromResponse(response).finalText())).toMatchObject({
      name: 'ServiceUnavailableError',
      partial: { text: 'Héllo ' },
    })
  })

  test('ends the request to VecTrade if the caller stops reading', async () => {
    const body = new Body([sse(piece('a'))], 'hang')
    const { handler } = serve(() => stream(body.stream))
    const reader = (await handler(post(question))).body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(body.cancelled).toBe(1)
  })

  test('ends the request to VecTrade if the caller leaves before it begins', async () => {
    const controller = new AbortController()
    const { handler, sent } = serve(() => new Promise(() => {}))
    const request = post(question, {}, controller.signal)
    const response = handler(request)
    await expect.poll(() => sent).toHaveLength(1)
    controller.abort()
    await response
    expect(sent[0]?.signal?.aborted).toBe(true)
  })
})

test('an onError that fails changes nothing else', async () => {
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

test("an answer and a refusal carry VecTrade's id of the request", async () => {
  const headers = { 'x-request-id': 'r1', 'x-vq-ratelimit-limit': '60' }
  const answered = (): Response =>
    new Response(complete.join(''), {
      headers: { 'content-type': 'text/event-stream', ...headers },
    })
  const response = await serve(answered).handler(post(question))
  // Pages must not see the quota of the server's key.
  expect(response.headers.has('x-vq-ratelimit-limit')).toBe(false)
  expect(await fromResponse(response).finalAnalysis()).toMatchObject({ requestId: 'r1' })
  const refused = (): Response =>
    Response.json({ error: { message: 'Said' } }, { status: 422, headers })
  const refusal = fromResponse(await serve(refused).handler(post(question)))
  expect(await catchError(refusal.finalText())).toMatchObject({ requestId: 'r1' })
})

describe('a refusal of VecTrade', () => {
  test('becomes a 502 if its status is invalid', async () => {
    const odd = { status: 999, headers: new Headers(), body: null } as unknown as Response
    expect((await serve(() => odd).handler(post(question))).status).toBe(502)
  })

  test('has a Retry-After of one year at most', async () => {
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
  ])('says nothing about the server if VecTrade %s', async ([, answer, status]) => {
    const response = await serve(answer).handler(post(question))
    expect(response.status).toBe(status)
    expect(await response.text()).not.toMatch(/secret|baseURL|VECTRADE/)
  })
})

describe('a slow answer', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  const after = (ms: number, answer: () => Response) => (): Promise<Response> =>
    new Promise((resolve) => setTimeout(() => resolve(answer()), ms))

  test('makes the response begin with a heartbeat after firstByteAfter', async () => {
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

  test('that is a refusal becomes an error event after firstByteAfter', async () => {
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

test.for(['GET', 'PUT', 'DELETE', 'HEAD'])('a %s request is refused', async (method) => {
  const response = await serve(ok).handler(new Request(url, { method }))
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('POST, OPTIONS')
})
