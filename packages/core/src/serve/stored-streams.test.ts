import { afterEach, expect, test, vi } from 'vitest'
import { endpoint, resumableEndpoint } from '../test-support/resumable-endpoint.ts'
import {
  createHandler,
  type Fetch,
  memoryStore,
  type StreamStore,
  StreamStoreError,
  VecTrade,
  type VecTradeOptions,
} from '../index.ts'

afterEach(() => vi.restoreAllMocks())

const post = (init: RequestInit = {}): Request =>
  new Request(endpoint, { method: 'POST', body: '{"prompt":"p"}', ...init })

test('an endpoint takes GET and DELETE only with `?stream`', async () => {
  const { handler } = resumableEndpoint()
  for (const method of ['GET', 'DELETE', 'HEAD', 'PUT']) {
    const response = await handler(new Request(endpoint, { method }))
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, GET, DELETE, OPTIONS')
  }
  const put = await handler(new Request(`${endpoint}?stream=x`, { method: 'PUT' }))
  expect(put.status).toBe(405)
})

test.for(['', '-1', '1e9', ' 3', 'NaN', '99999999999999', '0x2', '3.5', '…'])(
  'a Last-Event-ID of %o, which is not a position, starts from the beginning',
  async (lastEventId) => {
    const { handler, upstream } = resumableEndpoint()
    const begun = await handler(post())
    const id = begun.headers.get('x-vectrade-stream-id') ?? ''
    upstream.send({ type: 'text', content: 'a' }, { type: 'done' })
    await begun.text()
    const headers = { 'last-event-id': encodeURIComponent(lastEventId) }
    const response = await handler(new Request(`${endpoint}?stream=${id}`, { headers }))
    expect(await response.text()).toContain('id: 1\n')
  },
)

test('a Last-Event-ID that a proxy has doubled counts once', async () => {
  const { handler, upstream } = resumableEndpoint()
  const begun = await handler(post())
  const id = begun.headers.get('x-vectrade-stream-id') ?? ''
  upstream.send({ type: 'text', content: 'a' }, { type: 'done' })
  await begun.text()
  const headers = { 'last-event-id': '1, 1' }
  const text = await (await handler(new Request(`${endpoint}?stream=${id}`, { headers }))).text()
  expect(text).toMatch(/^id: 2\n/)
})

test('a caller who leaves before the stream has an id ends the request to VecTrade', async () => {
  const controller = new AbortController()
  const store = memoryStore()
  const create = vi.spyOn(store, 'create')
  const { handler, upstream } = resumableEndpoint({ store })
  const answered = handler(post({ signal: controller.signal }))
  controller.abort()
  await answered
  await expect.poll(() => upstream.isCancelled || upstream.requests === 0).toBe(true)
  expect(create).not.toHaveBeenCalled()
})

test.for([undefined, 7, null])('an owner of %o is an error of the server', async (owner) => {
  const onError = vi.fn()
  const { handler } = resumableEndpoint({ owner: () => owner as never, onError })
  expect((await handler(post())).status).toBe(500)
  expect(onError).toHaveBeenCalledWith(expect.objectContaining({ name: 'ConfigurationError' }))
})

test('an answer that is too large for its store waits for a slow caller', async () => {
  const { handler, upstream } = resumableEndpoint({ store: memoryStore({ maxEvents: 10 }) })
  const response = await handler(post())
  const content = 'x'.repeat(100)
  for (let at = 0; at < 2000; at += 1) upstream.send({ type: 'text', content })
  await new Promise((resolve) => setTimeout(resolve, 100))
  // The messages of VecTrade wait unread in its body. In production, the buffers of the socket would fill up.
  expect(upstream.unread).toBeGreaterThan(1000)
  upstream.send({ type: 'done' })
  const text = await response.text()
  expect(text.split('\n\n')).toHaveLength(2001 + 2)
  expect(text).toMatch(/id: 2001\n.*\n\ndata: \[DONE\]\n\n$/s)
})

/** Returns a store that takes messages when the test lets it. */
function slowStore(): { store: StreamStore; answer: () => void } {
  let answer = (): void => {}
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const store = memoryStore()
  const create = store.create.bind(store)
  vi.spyOn(store, 'create').mockImplementation(async (...parameters) => {
    const producer = await create(...parameters)
    const append = producer.append.bind(producer)
    vi.spyOn(producer, 'append').mockImplementation(async (messages) => {
      await answered
      await append(messages)
    })
    return producer
  })
  return { store, answer }
}

test('an answer waits if neither its caller nor its store takes it, and then is complete in both', async () => {
  const { store, answer } = slowStore()
  const { handler, upstream } = resumableEndpoint({ store })
  const response = await handler(post())
  for (let at = 0; at < 2000; at += 1) upstream.send({ type: 'text', content: 'x' })
  upstream.send({ type: 'done' })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(upstream.unread).toBeGreaterThan(1000)
  answer()
  await expect.poll(() => upstream.unread).toBeLessThan(1)
  const url = `${endpoint}?stream=${response.headers.get('x-vectrade-stream-id')}`
  for (const one of [response, await handler(new Request(url))]) {
    expect(await one.text()).toMatch(/id: 2001\n.*\n\ndata: \[DONE\]\n\n$/s)
  }
})

test('a caller does not wait for a slow store', async () => {
  const { store, answer } = slowStore()
  const { handler, upstream } = resumableEndpoint({ store })
  const response = await handler(post())
  for (let at = 0; at < 2000; at += 1) upstream.send({ type: 'text', content: 'x' })
  let text = ''
  const body = response.body!.pipeThrough(new TextDecoderStream())
  for await (const part of body.values({ preventCancel: true })) {
    text += part
    if (text.includes('id: 2000\n')) break
  }
  expect(text).toContain('id: 2000\n')
  answer()
  await body.cancel()
  upstream.send({ type: 'done' })
  await expect.poll(() => upstream.unread).toBeLessThan(1)
})

test('an answer that is too large for its store is complete for its caller and interrupted if resumed', async () => {
  const store = memoryStore({ maxEvents: 2, lease: 60_000 })
  const { handler, upstream } = resumableEndpoint({ store, maxStreamsPerOwner: 1 })
  const begun = await handler(post())
  for (const content of ['a', 'b', 'c']) upstream.send({ type: 'text', content })
  upstream.send({ type: 'done' })
  expect(await begun.text()).toMatch(/id: 4\n.*\n\ndata: \[DONE\]\n\n$/s)
  const url = `${endpoint}?stream=${begun.headers.get('x-vectrade-stream-id')}`
  for (const after of ['', '2']) {
    const response = await handler(new Request(url, { headers: { 'last-event-id': after } }))
    const text = await response.text()
    expect(text).toContain('stream_interrupted')
    expect(text).not.toContain('[DONE]')
  }
  const next = await handler(post())
  expect(next.status).toBe(200)
  upstream.send({ type: 'done' })
  await next.text()
})

test('a stop ends an answer that waits for its caller, because its store is full', async () => {
  const { handler, upstream } = resumableEndpoint({ store: memoryStore({ maxEvents: 2 }) })
  const works: Promise<unknown>[] = []
  const begun = await handler(post(), { waitUntil: (work: Promise<unknown>) => works.push(work) })
  for (let at = 0; at < 1000; at += 1) upstream.send({ type: 'text', content: 'x' })
  await expect.poll(() => upstream.unread).toBeLessThan(1000 - 256)
  const url = `${endpoint}?stream=${begun.headers.get('x-vectrade-stream-id')}`
  await handler(new Request(url, { method: 'DELETE' }))
  await works[0]
  expect(await begun.text()).toContain('"finish_reason":"stopped"')
})

test('an answer that failed ends with its error, also if it is resumed', async () => {
  const { handler, upstream } = resumableEndpoint()
  const begun = await handler(post())
  upstream.send({ type: 'text', content: 'a' }, { type: 'error', message: 'm' })
  const url = `${endpoint}?stream=${begun.headers.get('x-vectrade-stream-id')}`
  for (const response of [begun, await handler(new Request(url))]) {
    const text = await response.text()
    expect(text).toMatch(/\nevent: error\nid: 2\ndata: .*\n\n$/)
    expect(text).not.toContain('[DONE]')
  }
})

test('with `debug`, the log has each step of a stored stream, but neither its id nor its text', async () => {
  const lines: unknown[][] = []
  const debug = (...line: unknown[]): void => void lines.push(line)
  const { handler, upstream } = resumableEndpoint({ logger: { debug }, logLevel: 'debug' })
  const begun = await handler(post())
  const id = String(begun.headers.get('x-vectrade-stream-id'))
  const url = `${endpoint}?stream=${id}`
  upstream.send({ type: 'text', content: 'canary-answer' })
  await begun.body?.cancel()
  const headers = { 'last-event-id': '1' }
  await handler(new Request(url, { headers }))
  expect(lines.splice(0)).toEqual([
    ['vectrade: stored stream 1 begins', { event: 'store.begin', stream: 1 }],
    [
      'vectrade: a stored stream is resumed after message 1',
      { event: 'store.resume', after: 1, messages: 1 },
    ],
  ])
  await handler(new Request(url, { method: 'DELETE' }))
  await vi.waitFor(() => expect(lines).toHaveLength(2))
  expect(lines).toEqual([
    ['vectrade: a stored stream is stopped', { event: 'store.stop' }],
    [
      expect.stringMatching(/^vectrade: stored stream 1 has ended \(stopped\) after \d+ ms$/),
      { event: 'store.end', stream: 1, outcome: 'stopped', ms: expect.any(Number) },
    ],
  ])
  expect(JSON.stringify(lines)).not.toMatch(new RegExp(`canary|${id}`))
})

test('without a logger and a level of its own, an endpoint uses those of its client', async () => {
  const headers = { 'content-type': 'text/event-stream' }
  const stored = async (options: VecTradeOptions, level?: string): Promise<void> => {
    const fetch: Fetch = () => Promise.resolve(new Response('data: [DONE]\n\n', { headers }))
    const env = (name: string): string | undefined => (name === 'VECTRADE_LOG' ? level : undefined)
    const client = new VecTrade({ apiKey: 'vq_secret', fetch, ...options }, { env })
    const handler = createHandler({ client, store: memoryStore() })
    await (await handler(post())).text()
  }
  const debug = vi.fn()
  await stored({ logger: { debug } })
  expect(debug).not.toHaveBeenCalled()
  await stored({ logger: { debug }, logLevel: 'debug' })
  const begun = expect.stringContaining('stored stream 1 begins') as string
  expect(debug).toHaveBeenCalledWith(begun, { event: 'store.begin', stream: 1 })

  const ofConsole = vi.spyOn(console, 'debug').mockReturnValue()
  await stored({}, 'debug')
  expect(ofConsole).toHaveBeenCalledWith(begun)
})

test('a failing waitUntil is logged, and a superseded producer ends the answer with an error', async () => {
  const warn = vi.fn()
  const store = memoryStore()
  const stopping = new AbortController()
  const { handler, upstream } = resumableEndpoint({
    logger: { warn },
    store: {
      lease: 1000,
      create: async (id, options) => {
        const producer = await store.create(id, options)
        return { ...producer, stopped: stopping.signal }
      },
      find: (id) => store.find(id),
      read: (id, after, signal) => store.read(id, after, signal),
      stop: (id) => store.stop(id),
      expire: (id) => store.expire(id),
    },
  })
  const waitUntil = (): never => {
    throw new TypeError('Illegal invocation')
  }
  const response = await handler(post(), { waitUntil })
  upstream.send({ type: 'text', content: 'a' })
  const reader = response.body?.getReader()
  await reader?.read()
  stopping.abort(new StreamStoreError('taken over', 'superseded'))
  const { value } = (await reader?.read()) ?? {}
  expect(new TextDecoder().decode(value)).toContain('event: error')
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('waitUntil'), {
    event: 'waitUntil.failed',
    error: 'TypeError',
  })
})

test('waitUntil gets the work that outlives the response', async () => {
  const { handler, upstream } = resumableEndpoint()
  for (const contexts of [
    (context: object) => [context],
    (context: object) => [{ VECTRADE_API_KEY: 'env' }, context],
  ]) {
    const works: Promise<unknown>[] = []
    const context = {
      works,
      waitUntil(work: Promise<unknown>) {
        this.works.push(work)
      },
    }
    const body = JSON.stringify({ prompt: 'p' })
    const response = await handler(
      new Request(endpoint, { method: 'POST', body }),
      ...(contexts(context) as [object]),
    )
    await response.body?.cancel()
    expect(works).toHaveLength(1)
    upstream.send({ type: 'text', content: 'a' }, { type: 'done' })
    await works[0]
  }
})
