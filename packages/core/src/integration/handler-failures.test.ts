import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { unreachableStore } from '../test-support/unreachable-store.ts'
import { endpoint, resumableEndpoint } from '../test-support/resumable-endpoint.ts'
import { createHandler, fromResponse, RateLimitError, VecTrade } from '../index.ts'
import { catchError } from '../test-support/body.ts'
import { answering } from '../test-support/subject.ts'

const post = (): Request => new Request(endpoint, { method: 'POST', body: '{"prompt":"p"}' })
const done = { type: 'done' }

describe('an error of authorize or owner', () => {
  test.for(['authorize', 'owner'] as const)(
    'is a 500 with any class of error (%s)',
    async (name) => {
      const onError = vi.fn()
      const error = new RateLimitError({
        message: 'of elsewhere',
        type: 'rate_limit_error',
        retryable: true,
      })
      const { handler } = resumableEndpoint({ [name]: () => Promise.reject(error), onError })
      const response = await handler(post())
      expect(response.status).toBe(500)
      expect(await response.text()).not.toContain('of elsewhere')
      expect(onError.mock.calls).toEqual([[error]])
    },
  )
})

describe('a logger or a waitUntil that', () => {
  const unhandled = vi.fn()
  beforeEach(() => void process.on('unhandledRejection', unhandled))
  afterEach(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  test.for<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret')) as never],
  ])('%s does not fail the answer', async ([, fail]) => {
    const context = { waitUntil: fail }
    const stored = resumableEndpoint({ logger: { warn: fail } })
    const away = resumableEndpoint({ logger: { warn: fail }, store: unreachableStore })
    for (const { handler, upstream } of [stored, away]) {
      const response = await handler(post(), context)
      upstream.send({ type: 'text', content: 'a' }, done)
      expect(await response.text()).toMatch(/"content":"a"[^]*\[DONE\]/)
    }
  })
})

test('a server that has closed its client answers with a 503, after which a retry may succeed', async () => {
  const client = new VecTrade({ apiKey: 'vq_key' })
  client.close()
  const response = await createHandler({ ...answering(client) })(post())
  expect(response.status).toBe(503)
  const error = await catchError(fromResponse(response).finalText())
  expect(error).toMatchObject({ code: 'service_unavailable', retryable: true })
})

test('every response has a Cache-Control header', async () => {
  const { handler, upstream } = resumableEndpoint({
    cors: { origins: ['https://other.example'] },
    onError: () => {},
    authorize: (request) =>
      request.headers.has('x-pay') ? Response.redirect('https://app.example/pay') : true,
  })
  const first = await handler(post())
  expect(first.headers.get('cache-control')).toBe('no-cache, no-transform')
  upstream.send({ type: 'text', content: 'a' }, done)
  await first.text()
  const url = `${endpoint}?stream=${first.headers.get('x-vectrade-stream-id')}`
  const ask = (init: RequestInit, at = url): Promise<Response> => handler(new Request(at, init))
  const resumed = await ask({})
  expect(resumed.headers.get('cache-control')).toBe('no-cache, no-transform')
  const answers: [number, Response][] = [
    [204, await ask({ headers: { 'last-event-id': '2' } })],
    [204, await ask({ method: 'DELETE' })],
    [204, await ask({ method: 'OPTIONS', headers: { origin: 'https://other.example' } })],
    [204, await ask({ method: 'OPTIONS' }, endpoint)],
    [404, await ask({}, `${endpoint}?stream=none`)],
    [404, await ask({ method: 'DELETE' }, `${endpoint}?stream=none`)],
    [405, await ask({}, endpoint)],
    [403, await ask({ headers: { origin: 'https://evil.example' } })],
    [302, await ask({ headers: { 'x-pay': '1' } })],
    [422, await ask({ method: 'POST', body: '{}' }, endpoint)],
    [500, await handler(undefined as never)],
  ]
  for (const [status, response] of answers) {
    expect([response.status, response.headers.get('cache-control')]).toEqual([status, 'no-store'])
  }
})
