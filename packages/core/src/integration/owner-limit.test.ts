import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { unreachableStore } from '../test-support/unreachable-store.ts'
import {
  endpoint,
  resumableEndpoint,
  type ResumableEndpoint,
} from '../test-support/resumable-endpoint.ts'
import { type HandlerOptions, memoryStore, type StreamStore, VecTrade } from '../index.ts'

const owner = (request: Request): string => request.headers.get('x-user') ?? ''

function post(user: string, signal?: AbortSignal): Request {
  const init = { method: 'POST', body: '{"prompt":"p"}', headers: { 'x-user': user } }
  return new Request(endpoint, { ...init, signal: signal ?? null })
}

const done = { type: 'done' }

afterEach(() => void vi.useRealTimers())

/** A custom store that ignores the limit. */
function ownStore(): StreamStore {
  const store = memoryStore({ lease: 15_000 })
  return {
    lease: store.lease,
    create: (id, options) => store.create(id, { owner: options?.owner }),
    find: (id) => store.find(id),
    read: (id, after, signal) => store.read(id, after, signal),
    stop: (id) => store.stop(id),
    expire: (id) => store.expire(id),
  }
}

const places: [string, () => Partial<HandlerOptions>][] = [
  ['without a store', () => ({ store: undefined })],
  ['with a memory store', () => ({ store: memoryStore({ lease: 15_000 }) })],
  ['with a store that cannot be reached', () => ({ store: unreachableStore })],
  ['with a store that does not count', () => ({ store: ownStore() })],
]

describe.for(places)('maxStreamsPerOwner %s', ([, options]) => {
  let served: ResumableEndpoint
  beforeEach(() => {
    served = resumableEndpoint({ owner, maxStreamsPerOwner: 2, ...options() })
  })

  /** Holds the responses. One that is collected as garbage ends its answer. */
  const held: Response[] = []
  const begin = async (user: string): Promise<Response> => {
    const response = await served.handler(post(user))
    held.push(response)
    return response
  }

  test('a caller who leaves makes room, even if the response is held without being read', async () => {
    const controller = new AbortController()
    held.push(await served.handler(post('ada', controller.signal)))
    await begin('ada')
    expect((await begin('ada')).status).toBe(429)
    controller.abort()
    const { store } = options()
    // With a store, the answer continues without its caller.
    if (store === undefined) expect((await begin('ada')).status).toBe(200)
    else expect((await begin('ada')).status).toBe(store === unreachableStore ? 200 : 429)
  })

  test('a request over the limit gets a 429 with advice, and VecTrade is not asked', async () => {
    await begin('ada')
    await begin('ada')
    const refused = await begin('ada')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('cache-control')).toBe('no-store')
    expect(refused.headers.has('x-vectrade-stream-id')).toBe(false)
    expect(await refused.json()).toEqual({
      error: {
        type: 'rate_limit_error',
        message: expect.stringMatching(/2 answers running.*wait for one to end, or stop one/),
      },
    })
    expect((await begin('bob')).status).toBe(200)
    expect((await begin('')).status).toBe(200)
    expect(served.upstream.requests).toBe(4)
  })

  test.for<[string, (first: Response, upstream: ResumableEndpoint['upstream']) => unknown]>([
    ['ends', (first, upstream) => (upstream.send(done), first.text())],
    ['is cut', (first, upstream) => (upstream.fail(), first.text())],
    [
      'ends with an error of VecTrade',
      (first, upstream) => (upstream.send({ type: 'error', message: 'm' }), first.text()),
    ],
  ])('an answer that %s makes room', async ([, end]) => {
    await begin('ada')
    const last = await begin('ada')
    expect((await begin('ada')).status).toBe(429)
    await end(last, served.upstream)
    await expect.poll(async () => (await begin('ada')).status).toBe(200)
    expect((await begin('ada')).status).toBe(429)
  })
})

test.for<[string, Partial<HandlerOptions>]>(places.map(([name, make]) => [name, make()]))(
  'a request that fails before its answer does not count %s',
  async ([, options]) => {
    let status = 401
    const client = new VecTrade({
      apiKey: 'vq_secret',
      baseURL: 'https://e/v1',
      maxRetries: 0,
      fetch: async () => Response.json({ error: { message: 'm' } }, { status }),
    })
    const { handler } = resumableEndpoint({ owner, maxStreamsPerOwner: 1, ...options, client })
    for (status of [401, 429, 500, 401]) {
      const response = await handler(post('ada'))
      expect(response.status).toBe(status)
      expect(await response.text()).not.toContain('running')
    }
  },
)

test('concurrent requests cannot exceed the limit', async () => {
  for (const [, options] of places) {
    const { handler } = resumableEndpoint({ owner, maxStreamsPerOwner: 3, ...options() })
    const responses = await Promise.all(Array.from({ length: 40 }, () => handler(post('ada'))))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(37)
  }
})

test('a caller who leaves makes room only without a store', async () => {
  const single = resumableEndpoint({ maxStreamsPerOwner: 1, store: undefined })
  await (await single.handler(post(''))).body?.cancel()
  expect((await single.handler(post(''))).status).toBe(200)

  const stored = resumableEndpoint({ maxStreamsPerOwner: 1 })
  const first = await stored.handler(post(''))
  await first.body?.cancel()
  expect((await stored.handler(post(''))).status).toBe(429)
  const stopping = `${endpoint}?stream=${first.headers.get('x-vectrade-stream-id')}`
  expect((await stored.handler(new Request(stopping, { method: 'DELETE' }))).status).toBe(204)
  await expect.poll(async () => (await stored.handler(post(''))).status).toBe(200)
})

test('a caller who leaves before VecTrade answers makes room, also in the store', async () => {
  const store = memoryStore({ maxStreams: 1 })
  const client = new VecTrade({
    apiKey: 'vq_secret',
    baseURL: 'https://e/v1',
    fetch: (_url, init) =>
      new Promise((_, reject) => {
        init.signal?.addEventListener('abort', () => reject(new TypeError('aborted')))
      }),
  })
  const { handler } = resumableEndpoint({
    client,
    store,
    maxStreamsPerOwner: 1,
    firstByteAfter: 60_000,
  })
  for (let at = 0; at < 3; at += 1) {
    const controller = new AbortController()
    const answered = handler(post('', controller.signal))
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect((await handler(post(''))).status).toBe(429)
    controller.abort()
    await answered
  }
  await expect(store.create('free')).resolves.toBeDefined()
})

test('an answer that begins late stays alive in the store', async () => {
  vi.useFakeTimers()
  const store = memoryStore({ lease: 100 })
  let respond = (): void => {}
  const body = 'data: {"type":"text","content":"a"}\n\ndata: [DONE]\n\n'
  const client = new VecTrade({
    apiKey: 'vq_secret',
    baseURL: 'https://e/v1',
    fetch: () =>
      new Promise((resolve) => {
        const headers = { 'content-type': 'text/event-stream' }
        respond = () => resolve(new Response(body, { headers }))
      }),
  })
  const warn = vi.fn()
  const { handler } = resumableEndpoint({ client, store, logger: { warn }, maxStreamsPerOwner: 1 })
  const answered = handler(post(''))
  // Four leases.
  await vi.advanceTimersByTimeAsync(400)
  // Another handler with the same store.
  const other = resumableEndpoint({ store, maxStreamsPerOwner: 1 })
  expect((await other.handler(post(''))).status).toBe(429)
  respond()
  const response = await answered
  expect(await response.text()).toContain('[DONE]')
  const url = `${endpoint}?stream=${response.headers.get('x-vectrade-stream-id')}`
  expect(await (await handler(new Request(url))).text()).toContain('"content":"a"')
  expect(warn).not.toHaveBeenCalled()
})

test('a resumed stream does not count again', async () => {
  const { handler } = resumableEndpoint({ maxStreamsPerOwner: 1 })
  const first = await handler(post(''))
  const url = `${endpoint}?stream=${first.headers.get('x-vectrade-stream-id')}`
  for (let at = 0; at < 3; at += 1) {
    const response = await handler(new Request(url))
    expect(response.status).toBe(200)
    await response.body?.cancel()
  }
})
