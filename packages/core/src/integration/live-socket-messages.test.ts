import { expect, test, vi } from 'vitest'
import { quote, take } from '../test-support/live-events.ts'
import { maxEventBytes, useFakeSockets } from '../test-support/use-fake-sockets.ts'

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
