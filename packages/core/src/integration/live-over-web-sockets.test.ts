import { describe, expect, test, vi } from 'vitest'
import { AuthenticationError } from '../index.ts'
import { quote, take } from '../test-support/live-events.ts'
import { key, settle, useFakeSockets } from '../test-support/use-fake-sockets.ts'

const lab = useFakeSockets()

test('a feed opens one socket for each channel, with the key as Bearer, and subscribes to quotes', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'], channels: ['quotes', 'news'] })
  const quotes = await lab.socketOf(1)
  const news = await lab.socketOf(2)
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
    const a = lab.client.live.subscribe({ symbols: ['NVDA', 'AMD'] })
    const b = lab.client.live.subscribe({ symbols: ['AMD', 'TSLA'] })
    const shared = await lab.socketOf(1)
    await settle()
    shared.open()
    await Promise.all([a.ready, b.ready])
    expect(lab.sockets).toHaveLength(1)
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
    const a = lab.client.live.subscribe({ symbols: ['NVDA'] })
    const shared = await lab.socketOf(1)
    shared.open()
    await a.ready
    shared.receive(quote('NVDA', 7))
    const b = lab.client.live.subscribe({ symbols: ['NVDA'] })
    await b.ready
    expect(await take(b[Symbol.asyncIterator](), 1)).toEqual([quote('NVDA', 7)])
    expect(b.latest('NVDA')).toEqual(quote('NVDA', 7))
  })

  test('get no latest quote that was on its way when its symbol was removed', async () => {
    const a = lab.client.live.subscribe({ symbols: ['NVDA', 'AMD'] })
    const shared = await lab.socketOf(1)
    shared.open()
    await a.ready
    a.remove(['NVDA'])
    await settle()
    shared.receive(quote('NVDA', 7))
    const b = lab.client.live.subscribe({ symbols: ['NVDA'] })
    await b.ready
    shared.receive(quote('NVDA', 9))
    expect(await take(b[Symbol.asyncIterator](), 1)).toEqual([quote('NVDA', 9)])
  })

  test('change their symbols on the open socket', async () => {
    const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
    const shared = await lab.socketOf(1)
    shared.open()
    await feed.ready
    feed.add(['AMD'])
    feed.remove(['NVDA'])
    await settle()
    expect(shared.sent.slice(1)).toEqual([
      { action: 'subscribe', symbols: ['AMD'] },
      { action: 'unsubscribe', symbols: ['NVDA'] },
    ])
    expect(lab.sockets).toHaveLength(1)
  })

  test('open another socket after the last one was closed', async () => {
    const a = lab.client.live.subscribe({ symbols: ['NVDA'] })
    ;(await lab.socketOf(1)).open()
    await a.ready
    await a.close()
    const b = lab.client.live.subscribe({ symbols: ['NVDA'] })
    ;(await lab.socketOf(2)).open()
    await b.ready
    expect(lab.sockets).toHaveLength(2)
  })
})

test('a lost socket is opened again, and a gap says that events may be missing', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const first = await lab.socketOf(1)
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
  const second = await lab.socketOf(2)
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

test('an error about one symbol reaches the feeds as an unknown event, and ends none', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const only = await lab.socketOf(1)
  only.open()
  await feed.ready
  only.receive({ error: { type: 'validation_error', message: 'Unknown symbol' } })
  only.receive(quote('NVDA', 1))
  expect(await take(feed[Symbol.asyncIterator](), 2)).toMatchObject([
    { type: 'unknown', data: { error: { type: 'validation_error' } } },
    quote('NVDA', 1),
  ])
  expect(lab.sockets).toHaveLength(1)
})

test('an error that a retry may cure opens another socket', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const first = await lab.socketOf(1)
  first.open()
  await feed.ready
  first.receive({ error: { type: 'service_unavailable', message: 'Restarting' } })
  await vi.advanceTimersByTimeAsync(500)
  await lab.socketOf(2)
  expect(first.readyState).toBe(3)
})

test('an error message of a final class ends the feeds', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const only = await lab.socketOf(1)
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
    const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
    const only = await lab.socketOf(1)
    only.open()
    await feed.ready
    only.receive(quote('NVDA', 1))
    await vi.advanceTimersByTimeAsync(16 * 3_600_000)
    expect(lab.sockets).toHaveLength(1)
    expect(feed.state).toBe('live')
  })

  test('means nothing after a greeting of several heartbeats', async () => {
    const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
    const only = await lab.socketOf(1)
    only.open()
    await feed.ready
    for (let beats = 0; beats < 3; beats += 1) {
      only.receive({ type: 'ping' })
      await vi.advanceTimersByTimeAsync(300)
    }
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(lab.sockets).toHaveLength(1)
    expect(feed.state).toBe('live')
  })

  test('after heartbeats opens another socket', async () => {
    const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
    const only = await lab.socketOf(1)
    only.open()
    await feed.ready
    for (let beats = 0; beats < 3; beats += 1) {
      only.receive({ type: 'heartbeat' })
      await vi.advanceTimersByTimeAsync(30_000)
    }
    expect(lab.sockets).toHaveLength(1)
    // Heartbeats are not delivered.
    only.receive(quote('NVDA', 1))
    expect(await take(feed[Symbol.asyncIterator](), 1)).toEqual([quote('NVDA', 1)])
    await vi.advanceTimersByTimeAsync(61_000)
    await lab.socketOf(2)
    expect(only.readyState).toBe(3)
  })
})

test('a feed gets the latest quote of a symbol that another feed already follows', async () => {
  const first = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const only = await lab.socketOf(1)
  only.open()
  await first.ready
  only.receive(quote('NVDA', 1))
  const second = lab.client.live.subscribe({ symbols: ['AMD'] })
  await second.ready
  second.add(['NVDA'])
  await settle()
  expect(second.latest('NVDA')).toEqual(quote('NVDA', 1))
  second.remove(['NVDA'])
  await settle()
  expect(only.sent).toEqual([
    { action: 'subscribe', symbols: ['NVDA'] },
    { action: 'subscribe', symbols: ['AMD'] },
  ])
})

test('the first quote of a symbol is no progress, and the next one is', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const pauses: number[] = []
  for (let number = 1; number <= 4; number += 1) {
    const socket = await lab.socketOf(number)
    socket.open()
    await settle()
    socket.receive(quote('NVDA', 1))
    if (number === 3) socket.receive(quote('NVDA', 2))
    socket.lose()
    const lostAt = performance.now()
    while (lab.sockets.length === number) await vi.advanceTimersByTimeAsync(100)
    pauses.push(performance.now() - lostAt)
  }
  expect(pauses).toEqual([500, 1000, 500, 1000])
  await feed.close()
})

test('a feed that ends while it opens its sockets leaves none open', async () => {
  const first = lab.client.live.subscribe({ symbols: ['NVDA', 'AMD'] })
  const quotes = await lab.socketOf(1)
  quotes.open()
  await first.ready
  quotes.receive(quote('NVDA', 1))
  quotes.receive(quote('AMD', 2))
  const second = lab.client.live.subscribe(
    { symbols: ['NVDA', 'AMD'], channels: ['quotes', 'news'] },
    { delivery: { buffer: 1, overflow: 'error' } },
  )
  expect(await second.closed).toMatchObject({ reason: 'failed', error: { code: 'slow_consumer' } })
  await first.close()
  await settle()
  expect(lab.sockets.map(({ readyState }) => readyState)).toEqual([3])
})

test('a feed whose buffer is full when its socket comes back stays closed', async () => {
  const states: string[] = []
  const feed = lab.client.live.subscribe(
    { symbols: ['NVDA'] },
    { delivery: { buffer: 1, overflow: 'error' }, onStateChange: (state) => states.push(state) },
  )
  // It keeps the socket open.
  const other = lab.client.live.subscribe({ symbols: ['AMD'] })
  const socket = await lab.socketOf(1)
  socket.open()
  await Promise.all([feed.ready, other.ready])
  socket.receive(quote('NVDA', 1))
  socket.lose()
  await vi.advanceTimersByTimeAsync(1_000)
  const next = await lab.socketOf(2)
  next.open()
  expect(await feed.closed).toMatchObject({ reason: 'failed', error: { code: 'slow_consumer' } })
  await settle()
  expect(states).toEqual(['live', 'reconnecting', 'closed'])
  expect(feed.state).toBe('closed')
  await other.close()
})
