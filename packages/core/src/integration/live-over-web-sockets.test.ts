import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { VecTrade as CoreClient } from '../client.ts'
import {
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  type LiveEvent,
  TimeoutError,
  VecTrade,
} from '../index.ts'
import { catchError } from '../test-support/body.ts'
import { FakeSocket } from '../test-support/fake-sockets.ts'
import { quote } from '../test-support/live-server.ts'

const key = 'vq_secret'
let sockets: FakeSocket[]
let requests: { url: string; authorization: string | undefined }[]
let status: number
let client: VecTrade

beforeEach(() => {
  sockets = []
  requests = []
  status = 426
  client = new CoreClient(
    {
      apiKey: key,
      async fetch(url, { headers }) {
        requests.push({ url, authorization: headers['authorization'] })
        return new Response('', { status })
      },
    },
    {
      openSocket(url, headers) {
        const socket = new FakeSocket(url, headers)
        sockets.push(socket)
        return socket
      },
    },
  )
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1)
})
afterEach(() => {
  client.close()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Lets the module of the feeds load, and all that is ready happen. */
const settle = (): Promise<unknown> =>
  vi.waitFor(() => vi.advanceTimersByTimeAsync(0), { timeout: 60_000 })

async function socketOf(number: number): Promise<FakeSocket> {
  await vi.waitFor(() => expect(sockets.length).toBeGreaterThanOrEqual(number), { timeout: 60_000 })
  return sockets[number - 1]!
}

async function take(iterator: AsyncIterator<LiveEvent>, count: number): Promise<LiveEvent[]> {
  const events: LiveEvent[] = []
  while (events.length < count) {
    const { done, value } = await iterator.next()
    if (done) break
    events.push(value)
  }
  return events
}

test('a feed opens one socket for each channel, with the key as Bearer, and subscribes to quotes', async () => {
  const feed = client.live.subscribe({ symbols: ['NVDA'], channels: ['quotes', 'news'] })
  const quotes = await socketOf(1)
  const news = await socketOf(2)
  expect(quotes.url).toBe('wss://ws.vectrade.io/ws/v1/quotes')
  expect(news.url).toBe('wss://ws.vectrade.io/ws/v1/news')
  expect(quotes.headers['authorization']).toBe(`Bearer ${key}`)
  quotes.open()
  await settle()
  expect(feed.state).toBe('connecting')
  news.open()
  await feed.ready
  expect(feed.state).toBe('live')
  expect(quotes.sent).toEqual([{ action: 'subscribe', symbols: ['NVDA'] }])
  expect(news.sent).toEqual([])
  const article = { type: 'news.published', id: 'n', title: 't', symbols: ['NVDA', 'AMD'] }
  news.receive({ ...article, symbols: ['TSLA'] })
  news.receive(article)
  quotes.receive(quote('NVDA', 1))
  expect(await take(feed[Symbol.asyncIterator](), 2)).toEqual([article, quote('NVDA', 1)])
})

describe('the feeds of a client', () => {
  test('share a socket, and each gets its own symbols', async () => {
    const a = client.live.subscribe({ symbols: ['NVDA', 'AMD'] })
    const b = client.live.subscribe({ symbols: ['AMD', 'TSLA'] })
    const shared = await socketOf(1)
    await settle()
    shared.open()
    await Promise.all([a.ready, b.ready])
    expect(sockets).toHaveLength(1)
    expect(shared.sent).toEqual([{ action: 'subscribe', symbols: ['NVDA', 'AMD', 'TSLA'] }])
    for (const symbol of ['NVDA', 'AMD', 'TSLA']) shared.receive(quote(symbol, 1))
    expect(await take(a[Symbol.asyncIterator](), 2)).toEqual([quote('NVDA', 1), quote('AMD', 1)])
    expect(await take(b[Symbol.asyncIterator](), 2)).toEqual([quote('AMD', 1), quote('TSLA', 1)])
    await a.close()
    expect(shared.sent.slice(1)).toEqual([{ action: 'unsubscribe', symbols: ['NVDA'] }])
    expect(shared.readyState).toBe(1)
    await b.close()
    expect(shared.readyState).toBe(3)
    expect(shared.listeners).toBe(0)
  })

  test('that join later get the latest quotes at once', async () => {
    const a = client.live.subscribe({ symbols: ['NVDA'] })
    const shared = await socketOf(1)
    shared.open()
    await a.ready
    shared.receive(quote('NVDA', 7))
    const b = client.live.subscribe({ symbols: ['NVDA'] })
    await b.ready
    expect(await take(b[Symbol.asyncIterator](), 1)).toEqual([quote('NVDA', 7)])
    expect(b.latest('NVDA')).toEqual(quote('NVDA', 7))
  })

  test('get no latest quote that was on its way when its symbol was removed', async () => {
    const a = client.live.subscribe({ symbols: ['NVDA', 'AMD'] })
    const shared = await socketOf(1)
    shared.open()
    await a.ready
    a.remove(['NVDA'])
    await settle()
    shared.receive(quote('NVDA', 7))
    const b = client.live.subscribe({ symbols: ['NVDA'] })
    await b.ready
    shared.receive(quote('NVDA', 9))
    expect(await take(b[Symbol.asyncIterator](), 1)).toEqual([quote('NVDA', 9)])
  })

  test('change their symbols on the open socket', async () => {
    const feed = client.live.subscribe({ symbols: ['NVDA'] })
    const shared = await socketOf(1)
    shared.open()
    await feed.ready
    feed.add(['AMD'])
    feed.remove(['NVDA'])
    await settle()
    expect(shared.sent.slice(1)).toEqual([
      { action: 'subscribe', symbols: ['AMD'] },
      { action: 'unsubscribe', symbols: ['NVDA'] },
    ])
    expect(sockets).toHaveLength(1)
  })

  test('open another socket after the last one was closed', async () => {
    const a = client.live.subscribe({ symbols: ['NVDA'] })
    ;(await socketOf(1)).open()
    await a.ready
    await a.close()
    const b = client.live.subscribe({ symbols: ['NVDA'] })
    ;(await socketOf(2)).open()
    await b.ready
    expect(sockets).toHaveLength(2)
  })
})

test('a lost socket is opened again, and a gap says that events may be missing', async () => {
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  const first = await socketOf(1)
  first.open()
  await feed.ready
  first.receive(quote('NVDA', 1))
  const iterator = feed[Symbol.asyncIterator]()
  await take(iterator, 1)
  first.lose()
  await vi.advanceTimersByTimeAsync(0)
  expect(feed.state).toBe('reconnecting')
  expect(first.listeners).toBe(0)
  await vi.advanceTimersByTimeAsync(500)
  const second = await socketOf(2)
  second.open()
  second.receive(quote('NVDA', 2))
  await settle()
  expect(second.sent).toEqual([{ action: 'subscribe', symbols: ['NVDA'] }])
  second.receive(quote('NVDA', 3))
  expect(await take(iterator, 3)).toEqual([
    { type: 'gap', reason: 'upstream' },
    quote('NVDA', 2),
    quote('NVDA', 3),
  ])
})

describe('a handshake that fails', () => {
  test.for([401, 403, 404])('with %i, which a request learns, is final', async (refused) => {
    status = refused
    const feed = client.live.subscribe({ symbols: ['NVDA'] })
    const failure = catchError(feed.ready)
    ;(await socketOf(1)).lose()
    expect(await failure).toMatchObject({ status: refused })
    expect(requests).toEqual([
      { url: 'https://ws.vectrade.io/ws/v1/quotes', authorization: `Bearer ${key}` },
    ])
    expect(sockets).toHaveLength(1)
  })

  test('for another reason is tried five times', async () => {
    status = 200
    const feed = client.live.subscribe({ symbols: ['NVDA'] })
    const failure = catchError(feed.ready)
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      ;(await socketOf(attempt)).lose()
      await vi.advanceTimersByTimeAsync(30_000)
    }
    expect(await failure).toBeInstanceOf(ConnectionError)
    expect(sockets).toHaveLength(5)
  })

  test('with 404 is tried again if the URL had a WebSocket before', async () => {
    status = 404
    const feed = client.live.subscribe({ symbols: ['NVDA'] })
    const first = await socketOf(1)
    first.open()
    await feed.ready
    first.lose()
    await vi.advanceTimersByTimeAsync(500)
    ;(await socketOf(2)).lose()
    await vi.advanceTimersByTimeAsync(1000)
    ;(await socketOf(3)).open()
    await settle()
    expect(feed.state).toBe('live')
  })

  test.for([400, 405, 426])(
    'is a ConnectionError if a GET of its URL gets %i',
    async (answered) => {
      status = answered
      const feed = client.live.subscribe({ symbols: ['NVDA'] })
      const failure = catchError(feed.ready)
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        ;(await socketOf(attempt)).lose()
        await vi.advanceTimersByTimeAsync(30_000)
      }
      expect(await failure).toBeInstanceOf(ConnectionError)
    },
  )

  test('because it takes too long is tried again', async () => {
    client.live.subscribe({ symbols: ['NVDA'] })
    const first = await socketOf(1)
    await vi.advanceTimersByTimeAsync(31_000)
    await socketOf(2)
    expect(first.readyState).toBe(3)
  })
})

test('an error about one symbol reaches the feeds as an unknown event, and ends none', async () => {
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  const only = await socketOf(1)
  only.open()
  await feed.ready
  only.receive({ error: { type: 'validation_error', message: 'Unknown symbol' } })
  only.receive(quote('NVDA', 1))
  expect(await take(feed[Symbol.asyncIterator](), 2)).toMatchObject([
    { type: 'unknown', data: { error: { type: 'validation_error' } } },
    quote('NVDA', 1),
  ])
  expect(sockets).toHaveLength(1)
})

test('an error that a retry may cure opens another socket', async () => {
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  const first = await socketOf(1)
  first.open()
  await feed.ready
  first.receive({ error: { type: 'service_unavailable', message: 'Restarting' } })
  await vi.advanceTimersByTimeAsync(500)
  await socketOf(2)
  expect(first.readyState).toBe(3)
})

test('an error message of a final class ends the feeds', async () => {
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  const only = await socketOf(1)
  only.open()
  await feed.ready
  only.receive({ error: { type: 'permission_error', message: `no quotes for ${key}` } })
  const { reason, error } = await feed.closed
  expect(reason).toBe('failed')
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error!.message).not.toContain(key)
})

describe('silence', () => {
  test('means nothing as long as the server has sent no heartbeats', async () => {
    const feed = client.live.subscribe({ symbols: ['NVDA'] })
    const only = await socketOf(1)
    only.open()
    await feed.ready
    only.receive(quote('NVDA', 1))
    await vi.advanceTimersByTimeAsync(16 * 3_600_000)
    expect(sockets).toHaveLength(1)
    expect(feed.state).toBe('live')
  })

  test('after heartbeats opens another socket', async () => {
    const feed = client.live.subscribe({ symbols: ['NVDA'] })
    const only = await socketOf(1)
    only.open()
    await feed.ready
    for (let beats = 0; beats < 3; beats += 1) {
      only.receive({ type: 'heartbeat' })
      await vi.advanceTimersByTimeAsync(30_000)
    }
    expect(sockets).toHaveLength(1)
    // Heartbeats are not delivered.
    only.receive(quote('NVDA', 1))
    expect(await take(feed[Symbol.asyncIterator](), 1)).toEqual([quote('NVDA', 1)])
    await vi.advanceTimersByTimeAsync(61_000)
    await socketOf(2)
    expect(only.readyState).toBe(3)
  })
})

test('malformed and unknown messages are passed on, and end nothing', async () => {
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  const only = await socketOf(1)
  only.open()
  await feed.ready
  only.receive('not JSON')
  only.receive({ type: 'ack', symbols: ['NVDA'] })
  only.receive(quote('NVDA', 1))
  expect(await take(feed[Symbol.asyncIterator](), 3)).toMatchObject([
    { type: 'unknown', data: 'not JSON' },
    { type: 'unknown', wireType: 'ack' },
    quote('NVDA', 1),
  ])
})

test('closing a feed while its socket connects closes the socket', async () => {
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  const only = await socketOf(1)
  await feed.close()
  await settle()
  expect(only.readyState).toBe(3)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(sockets).toHaveLength(1)
})

test('in a runtime without WebSockets that send headers, the error says what to do', async () => {
  const plain = new VecTrade({ apiKey: key })
  const failure = await catchError(plain.live.subscribe({ symbols: ['NVDA'] }).ready)
  expect(failure).toBeInstanceOf(ConfigurationError)
  expect((failure as Error).message).toContain('endpoint')
})

test('a socket that has failed before it can be listened to is a failure at once', async () => {
  const failing = new CoreClient(
    { apiKey: key, fetch: async () => new Response('', { status: 401 }) },
    {
      openSocket(url, headers) {
        const socket = new FakeSocket(url, headers)
        socket.lose()
        return socket
      },
    },
  )
  const { closed } = failing.live.subscribe({ symbols: ['NVDA'] })
  // No timer is advanced, so this would wait for ever for the limit of a handshake.
  const { reason, error } = await closed
  expect(reason).toBe('failed')
  expect(error).toBeInstanceOf(AuthenticationError)
})

test('a handshake that the runtime never answers is given up after the timeout, and its socket is closed', async () => {
  const late: ((socket: FakeSocket) => void)[] = []
  const signals: AbortSignal[] = []
  const slow = new CoreClient(
    { apiKey: key, timeout: 50, fetch: async () => new Response('', { status: 426 }) },
    {
      openSocket(_url, _headers, signal) {
        signals.push(signal)
        return new Promise((resolve) => late.push(resolve))
      },
    },
  )
  const feed = slow.live.subscribe({ symbols: ['NVDA'] })
  const failure = catchError(feed.ready)
  await vi.waitFor(() => expect(late).toHaveLength(1), { timeout: 60_000 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await failure).toBeInstanceOf(TimeoutError)
  expect(signals.every(({ aborted }) => aborted)).toBe(true)
  const socket = new FakeSocket('', {})
  late[0]!(socket)
  await settle()
  expect(socket.readyState).toBe(3)
})

test('what a socket brings before anyone listens is not lost', async () => {
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  const only = await socketOf(1)
  only.open()
  only.receive(quote('NVDA', 1))
  only.receive(quote('NVDA', 2))
  expect(await take(feed[Symbol.asyncIterator](), 2)).toEqual([quote('NVDA', 1), quote('NVDA', 2)])
})

test('a connection that is lost right after its handshake is opened again', async () => {
  client.live.subscribe({ symbols: ['NVDA'] })
  const first = await socketOf(1)
  first.open()
  first.lose()
  await vi.advanceTimersByTimeAsync(500)
  expect((await socketOf(2)).url).toBe(first.url)
})
