import { describe, expect, test, vi } from 'vitest'
import {
  type AnalysisSource,
  ConfigurationError,
  createHandler,
  fromResponse,
  type HandlerOptions,
  memoryStore,
  RateLimitError,
  type StreamEvent,
  VecTrade,
} from '../index.ts'
import { post } from '../test-support/serve.ts'

const text = (content: string): StreamEvent => ({ type: 'text', content })
const question = { prompt: 'Why?', symbols: ['NVDA'] }
const never = (): Promise<never> => new Promise(() => {})

async function ask(
  source: AnalysisSource,
  options: Partial<HandlerOptions> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return createHandler({ source, heartbeat: 0, ...options })(post(question, {}, signal))
}

test('a source answers the question of the request', async () => {
  const response = await ask(async function* (asked, { request }) {
    yield text(`${asked.prompt} ${asked.symbols?.join()} ${new URL(request.url).pathname}`)
  })
  expect(response.status).toBe(200)
  expect(await response.text()).toBe(
    'data: {"type":"text","content":"Why? NVDA /api/analyze"}\n\n' +
      'data: {"type":"done"}\n\ndata: [DONE]\n\n',
  )
})

test('it may be a promise of events', async () => {
  const response = await ask(async () => [text('a'), text('b')])
  expect(await fromResponse(response).finalText()).toBe('ab')
})

test.for([{}, { client: new VecTrade({ apiKey: 'vq_x' }), source: () => [] }])(
  'an endpoint has either a client or a source (%#)',
  (options) => {
    expect(() => createHandler(options)).toThrow(ConfigurationError)
    expect(() => createHandler(options)).toThrow('either a `client` or a `source`')
  },
)

describe('before its first event', () => {
  test('an error of this SDK decides the status, and is not reported', async () => {
    const onError = vi.fn()
    const limit = { message: 'Slow down', type: 'rate_limit_error', retryable: true, retryAfter: 2 }
    const response = await ask(() => Promise.reject(new RateLimitError(limit)), { onError })
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('2')
    expect(await response.json()).toMatchObject({ error: { type: 'rate_limit_error' } })
    expect(onError).not.toHaveBeenCalled()
  })

  test.for([
    ['throws', () => Promise.reject(new TypeError('vq_secret'))],
    [
      'throws while it is read',
      async function* (): AsyncGenerator<StreamEvent> {
        await Promise.reject(new TypeError('vq_secret'))
        yield text('never')
      },
    ],
    ['yields no event', () => ['vq_secret' as never]],
    ['returns nothing to iterate', () => 7 as never],
  ] as const satisfies [string, AnalysisSource][])(
    'one that %s gives a 500 without details, which is reported',
    async ([, source]) => {
      const onError = vi.fn()
      const response = await ask(source, { onError })
      expect(response.status).toBeGreaterThanOrEqual(500)
      expect(await response.text()).not.toContain('vq_secret')
      expect(onError).toHaveBeenCalledOnce()
    },
  )

  test('a slow source has `firstByteAfter`, and then a heartbeat', async () => {
    const response = await ask(never, { firstByteAfter: 20 })
    const reader = response.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(': heartbeat\n\n')
    await reader.cancel()
  })
})

test('after its first event, an error ends the response, and is reported', async () => {
  const onError = vi.fn()
  const cause = new TypeError('vq_secret')
  const response = await ask(
    async function* () {
      yield text('a')
      throw cause
    },
    { onError },
  )
  expect(response.status).toBe(200)
  const body = await response.text()
  expect(body).toContain('event: error\ndata: {"error":{"type":"server_error"')
  expect(body).not.toMatch(/vq_secret|DONE/)
  expect(onError.mock.calls).toEqual([[cause]])
})

test.for([0, 1])('a wrong configuration is reported once, also after %i events', async (count) => {
  const onError = vi.fn()
  const later = {
    '~standard': { version: 1, vendor: 'mine', validate: async () => ({ value: {} }) },
  }
  const handler = createHandler({
    events: { later } as never,
    onError,
    source: () => [...Array.from({ length: count }, () => text('a')), { type: 'later' } as never],
  })
  const response = await handler(post(question))
  await response.text()
  expect(response.status).toBe(count === 0 ? 500 : 200)
  expect(onError).toHaveBeenCalledOnce()
})

describe('a caller that leaves', () => {
  test.for(['cancels the body', 'aborts the request'] as const)(
    'and %s, aborts the signal and ends the source, which is no error',
    async (how) => {
      const onError = vi.fn()
      const controller = new AbortController()
      let signal: AbortSignal | undefined
      let hasEnded = false
      const response = await ask(
        async function* (_, context) {
          signal = context.signal
          try {
            yield text('a')
            await new Promise((_resolve, reject) => {
              context.signal.addEventListener('abort', () => reject(new Error('aborted')))
            })
          } finally {
            hasEnded = true
          }
        },
        { onError },
        controller.signal,
      )
      const reader = response.body!.getReader()
      await reader.read()
      if (how === 'cancels the body') await reader.cancel()
      else controller.abort()
      await expect.poll(() => hasEnded).toBe(true)
      expect(signal?.aborted).toBe(true)
      expect(onError).not.toHaveBeenCalled()
    },
  )

  test('after the end, does not abort the signal', async () => {
    let signal: AbortSignal | undefined
    const response = await ask((_, context) => {
      ;({ signal } = context)
      return [text('a')]
    })
    await response.text()
    expect(signal?.aborted).toBe(false)
  })

  test('with a store, leaves the source running until it is stopped', async () => {
    let signal: AbortSignal | undefined
    let go: (() => void) | undefined
    const handler = createHandler({
      store: memoryStore(),
      heartbeat: 0,
      async *source(_, context) {
        ;({ signal } = context)
        yield text('a')
        await new Promise<void>((resolve) => (go = resolve))
        yield text('b')
        await never()
      },
    })
    const response = await handler(post(question))
    const id = response.headers.get('x-vectrade-stream-id')
    await response.body?.cancel()
    await expect.poll(() => go).toBeDefined()
    expect(signal?.aborted).toBe(false)
    go?.()
    const url = `https://app.example/api/analyze?stream=${id}`
    const again = await handler(new Request(url))
    const events = fromResponse(again)[Symbol.asyncIterator]()
    expect((await events.next()).value).toEqual(text('a'))
    expect((await events.next()).value).toEqual(text('b'))
    expect((await handler(new Request(url, { method: 'DELETE' }))).status).toBe(204)
    await expect.poll(() => signal?.aborted).toBe(true)
  })
})

test('the source is never asked for more than its reader has read', async () => {
  let asked = 0
  const response = await ask(async function* () {
    for (;;) {
      asked += 1
      yield text('x')
    }
  })
  const reader = response.body!.getReader()
  for (let read = 1; read <= 20; read += 1) {
    await reader.read()
    expect(asked).toBeLessThanOrEqual(read + 1)
  }
  await reader.cancel()
})
