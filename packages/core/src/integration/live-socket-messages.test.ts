import { expect, test, vi } from 'vitest'
import { quote, take } from '../test-support/live-events.ts'
import { maxEventBytes, settle, useFakeSockets } from '../test-support/use-fake-sockets.ts'

const lab = useFakeSockets()

test('a message may come as bytes, and a price must be a finite number', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const only = await lab.socketOf(1)
  only.open()
  await feed.ready
  only.receiveBytes(new TextEncoder().encode(JSON.stringify(quote('NVDA', 1))))
  only.receive('{"type":"quote.update","symbol":"NVDA","price":1e999}')
  expect(await take(feed[Symbol.asyncIterator](), 2)).toMatchObject([
    quote('NVDA', 1),
    { type: 'unknown', wireType: 'quote.update' },
  ])
})

test('malformed and unknown messages are passed on, and end nothing', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const only = await lab.socketOf(1)
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

test('a message over `maxEventBytes` ends the connection, and another one is opened', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const first = await lab.socketOf(1)
  first.open()
  await feed.ready
  first.receive({ ...quote('NVDA', 1), note: 'é'.repeat(maxEventBytes / 2) })
  await vi.advanceTimersByTimeAsync(500)
  const second = await lab.socketOf(2)
  second.open()
  second.receive(quote('NVDA', 2))
  expect(await take(feed[Symbol.asyncIterator](), 2)).toEqual([
    { type: 'gap', reason: 'upstream' },
    quote('NVDA', 2),
  ])
  expect(first.readyState).toBe(3)
})

test('what a socket brings before anyone listens is not lost', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const only = await lab.socketOf(1)
  only.open()
  only.receive(quote('NVDA', 1))
  only.receive(quote('NVDA', 2))
  expect(await take(feed[Symbol.asyncIterator](), 2)).toEqual([quote('NVDA', 1), quote('NVDA', 2)])
})

test('a socket that cannot be closed is replaced all the same, and the feed can be closed', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const first = await lab.socketOf(1)
  first.open()
  await feed.ready
  const refuse = (): never => {
    throw new Error('The socket has failed')
  }
  first.close = refuse
  first.lose()
  await vi.advanceTimersByTimeAsync(500)
  const second = await lab.socketOf(2)
  second.open()
  second.receive(quote('NVDA', 1))
  expect(await take(feed[Symbol.asyncIterator](), 2)).toEqual([
    { type: 'gap', reason: 'upstream' },
    quote('NVDA', 1),
  ])
  second.close = refuse
  await feed.close()
  expect(await feed.closed).toEqual({ reason: 'closed' })
})

test('what comes with an error that ends the connection is no progress', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const pauses: number[] = []
  for (let number = 1; number <= 3; number += 1) {
    const socket = await lab.socketOf(number)
    socket.open()
    socket.receive({ error: { type: 'service_unavailable', message: 'Restarting' } })
    socket.receive(quote('NVDA', 1))
    socket.receive(quote('NVDA', 2))
    await settle()
    const lostAt = performance.now()
    while (lab.sockets.length === number) await vi.advanceTimersByTimeAsync(100)
    pauses.push(performance.now() - lostAt)
  }
  expect(pauses).toEqual([500, 1000, 2000])
  await feed.close()
})

test('a `not_found` that names a symbol ends no feed', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const only = await lab.socketOf(1)
  only.open()
  await feed.ready
  const error = { type: 'not_found', message: 'Unknown symbol' }
  only.receive({ type: 'error', error, symbol: 'NOPE' })
  only.receive(quote('NVDA', 1))
  expect(await take(feed[Symbol.asyncIterator](), 2)).toMatchObject([
    { type: 'unknown', data: { symbol: 'NOPE' } },
    quote('NVDA', 1),
  ])
  expect(lab.sockets).toHaveLength(1)
})

test('a symbol that is added while the code for live data loads is followed, at any moment', async () => {
  for (let ticks = 0; ticks < 40; ticks += 1) {
    const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
    feed.add(['AMD'])
    const socket = await lab.socketOf(ticks + 1)
    socket.open()
    await feed.ready
    await settle()
    const wanted = socket.sent.flatMap((message) => (message as { symbols: string[] }).symbols)
    expect(wanted).toEqual(['NVDA', 'AMD'])
    await feed.close()
  }
})
