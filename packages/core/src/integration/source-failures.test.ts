import { describe, expect, test, vi } from 'vitest'
import {
  type AnalysisSource,
  AnalysisStream,
  ConfigurationError,
  ConnectionError,
  createHandler,
  type EventTypes,
  fromResponse,
  type HandlerOptions,
  memoryStore,
  StreamConsumedError,
  type StreamEvent,
  StreamInterruptedError,
  StreamProtocolError,
  TimeoutError,
  VecTrade,
} from '../index.ts'
import { catchError } from '../test-support/body.ts'
import { post } from '../test-support/serve.ts'

const text = (content: string): StreamEvent => ({ type: 'text', content })
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const never = (): Promise<never> => new Promise(() => {})

const stores: [string, () => Pick<HandlerOptions, 'store'>][] = [
  ['without a store', () => ({})],
  ['with a store', () => ({ store: memoryStore() })],
]

/**
 * Asks an endpoint. Returns the status and body of its response, and what it has told `onError`.
 *
 * @param onResponse called when the response has begun
 */
async function ask(
  options: HandlerOptions<EventTypes>,
  onResponse?: () => void,
): Promise<{ status: number; body: string; told: unknown[] }> {
  const told: unknown[] = []
  const handler = createHandler({ ...options, onError: (error) => void told.push(error) })
  const response = await handler(post({ prompt: 'p' }))
  onResponse?.()
  const body = await response.text()
  return { status: response.status, body, told }
}

/** When a source fails. `begun` resolves when the response has begun. */
const moments: [
  string,
  Partial<HandlerOptions>,
  (error: Error, begun: Promise<void>) => AnalysisSource,
][] = [
  ['before its first event', {}, (error) => () => Promise.reject(error)],
  [
    'after `firstByteAfter`',
    { firstByteAfter: 5 },
    (error, begun) => async () => {
      await begun
      throw error
    },
  ],
  ['with `firstByteAfter: 0`', { firstByteAfter: 0 }, (error) => () => Promise.reject(error)],
  [
    'in its answer',
    {},
    (error) =>
      async function* () {
        yield text('a')
        throw error
      },
  ],
]

const failures: [Error, number, string][] = [
  [new ConnectionError('m', 'connect'), 502, 'The source of the answer could not be reached'],
  [new ConnectionError('m', 'redirect'), 502, 'The source of the answer could not be reached'],
  [new StreamInterruptedError(), 502, 'The answer was cut short'],
  [new TimeoutError('headers', 1), 504, 'The source of the answer did not answer in time'],
  [new StreamProtocolError('m'), 502, 'The source of the answer has answered in an unknown way'],
  [new ConfigurationError('vq_secret'), 500, 'The source of the answer has failed'],
  [new StreamConsumedError(), 500, 'The source of the answer has failed'],
  [new TypeError('vq_secret'), 500, 'The source of the answer has failed'],
]

describe.for(stores)('a source that fails, %s,', ([, store]) => {
  describe.for(moments)('%s', ([moment, options, failingWith]) => {
    test.for(failures)('is reported once: %s', async ([error, status, words]) => {
      let begin: (() => void) | undefined
      const begun = new Promise<void>((resolve) => (begin = resolve))
      const source = failingWith(error, begun)
      const answer = await ask({ ...store(), ...options, source }, begin)
      expect(answer.told).toEqual([error])
      expect(answer.status).toBe(moment === 'before its first event' ? status : 200)
      expect(answer.body).toContain(`"message":"${words}"`)
      expect(answer.body).not.toMatch(/VecTrade|vq_secret|DONE/)
    })
  })
})

test.for(stores)('a stream that two requests share is reported, %s', async ([, store]) => {
  const shared = AnalysisStream.from([text('a')])
  const options = { ...store(), source: () => shared }
  expect((await ask(options)).told).toEqual([])
  const { status, told } = await ask(options)
  expect(status).toBe(500)
  expect(told).toEqual([expect.any(StreamConsumedError)])
})

test('a stream that the program cancels is no complete answer', async () => {
  const source: AnalysisSource = () => {
    async function* events(): AsyncGenerator<StreamEvent> {
      yield text('a')
      void stream.cancel()
      yield text('b')
    }
    const stream: AnalysisStream = AnalysisStream.from(events())
    return stream
  }
  const { body, told } = await ask({ source })
  expect(body).toContain('The answer was cut short')
  expect(body).not.toContain('DONE')
  expect(told).toEqual([expect.any(StreamInterruptedError)])
})

describe.for(stores)('an event that JSON cannot hold, %s,', ([, store]) => {
  const circle: Record<string, unknown> = {}
  circle['itself'] = circle
  test.for([
    ['a BigInt', 1n],
    ['a circle', circle],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('secret')
        },
      },
    ],
  ])('is reported with its type: %s', async ([, value]) => {
    const { body, told } = await ask({
      ...store(),
      events: { chart: true },
      source: () => [text('a'), { type: 'chart', content: '', value } as never, text('b')],
    })
    expect(told).toEqual([expect.any(ConfigurationError)])
    expect(String(told)).toContain('An event of the type "chart" cannot be sent')
    expect(body).toMatch(/"content":"a"[^]*event: error/)
    expect(body).not.toMatch(/VecTrade|secret|DONE|"b"/)
  })

  test('is reported if it has no JSON at all', async () => {
    const event = { type: 'unknown', content: '', wireType: 'chart', data: undefined } as const
    const { told } = await ask({ ...store(), source: () => [event] })
    expect(told).toEqual([expect.any(ConfigurationError)])
  })
})

describe.for(stores)('a client that fails after `firstByteAfter`, %s,', ([, store]) => {
  test('is reported once if its configuration is wrong', async () => {
    const apiKey = (): Promise<string> => Promise.reject(new Error('no key'))
    const client = new VecTrade({ apiKey, maxRetries: 0 })
    const { body, told } = await ask({ ...store(), client, firstByteAfter: 0 })
    expect(told).toEqual([expect.any(ConfigurationError)])
    expect(body).toContain('event: error')
  })

  test('is not reported if VecTrade cannot be reached', async () => {
    const fetch = (): Promise<never> => Promise.reject(new TypeError('fetch failed'))
    const client = new VecTrade({ apiKey: 'vq_key', fetch, maxRetries: 0 })
    const { body, told } = await ask({ ...store(), client, firstByteAfter: 0 })
    expect(told).toEqual([])
    expect(body).toContain('VecTrade could not be reached')
  })
})

describe('a silent source', () => {
  test.for<[string, AnalysisSource]>([
    ['before its first event', () => never()],
    [
      'in its answer',
      async function* () {
        yield text('a')
        await never()
      },
    ],
    ['in a stream', () => AnalysisStream.from({ [Symbol.asyncIterator]: () => ({ next: never }) })],
  ])('ends after `idleTimeout`, %s', async ([, source]) => {
    let signal: AbortSignal | undefined
    const store = memoryStore()
    const onError = vi.fn<(error: unknown) => void>()
    const handler = createHandler({
      store,
      // The second request must come before.
      idleTimeout: 2_000,
      maxStreamsPerOwner: 1,
      firstByteAfter: 5,
      onError,
      source: (question, context) => {
        ;({ signal } = context)
        return source(question, context)
      },
    })
    const response = await handler(post({ prompt: 'p' }))
    expect((await handler(post({ prompt: 'p' }))).status).toBe(429)
    expect(await catchError(fromResponse(response).finalText())).toMatchObject({
      code: 'service_unavailable',
      message: 'The source of the answer did not answer in time',
    })
    expect(onError.mock.calls).toEqual([[expect.any(TimeoutError)]])
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ phase: 'idle' })
    expect(signal?.reason).toBe(onError.mock.calls[0]?.[0])
    const next = await handler(post({ prompt: 'p' }))
    expect(next.status).toBe(200)
    await next.body?.cancel()
  })

  test('is not ended while its reader takes its time', async () => {
    const source: AnalysisSource = async function* () {
      yield text('a')
      yield text('b')
    }
    const response = await createHandler({ source, idleTimeout: 50 })(post({ prompt: 'p' }))
    await pause(150)
    expect(await fromResponse(response).finalText()).toBe('ab')
  })

  test('is waited for with `idleTimeout: 0`', async () => {
    const source = async (): Promise<StreamEvent[]> => {
      await pause(60)
      return [text('a')]
    }
    const handler = createHandler({ source, idleTimeout: 0, firstByteAfter: 5 })
    expect(await fromResponse(await handler(post({ prompt: 'p' }))).finalText()).toBe('a')
  })

  test('of an endpoint with a client has the `idleTimeout` of the endpoint, too', async () => {
    const body = (): ReadableStream => new ReadableStream({ pull: never })
    const client = new VecTrade({
      apiKey: 'vq_key',
      fetch: async () => new Response(body(), { headers: { 'content-type': 'text/event-stream' } }),
    })
    const answer = await ask({ client, idleTimeout: 20, firstByteAfter: 5 })
    expect(answer.body).toContain('VecTrade did not answer in time')
  })
})

test('a stream that a source returns after its reader has left sends no request', async () => {
  const fetch = vi.fn()
  const client = new VecTrade({ apiKey: 'vq_a', fetch })
  let proceed: (() => void) | undefined
  const source: AnalysisSource = async (question) => {
    await new Promise<void>((resolve) => (proceed = resolve))
    return client.ai.stream(question)
  }
  const response = await createHandler({ source, firstByteAfter: 0 })(post({ prompt: 'p' }))
  const reader = response.body!.getReader()
  // The first one is a heartbeat.
  await reader.read()
  void reader.read()
  await vi.waitFor(() => expect(proceed).toBeDefined())
  await reader.cancel()
  proceed?.()
  await pause(20)
  expect(fetch).not.toHaveBeenCalled()
})
