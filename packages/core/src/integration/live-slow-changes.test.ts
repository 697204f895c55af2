import { describe, expect, test, vi } from 'vitest'
import { quote, take } from '../test-support/live-events.ts'
import { beginFeed, useLiveServer } from '../test-support/use-live-server.ts'

const lab = useLiveServer()

const gap = { type: 'gap', reason: 'upstream' }

describe('a change before the first id', () => {
  test('asks again once there is one, so that nothing is lost', async () => {
    const feed = lab.subscribe()
    const iterator = feed[Symbol.asyncIterator]()
    const old = await lab.server.connection(1)
    await feed.ready
    const second = lab.server.holdNext()
    feed.add(['AMD'])
    await vi.advanceTimersByTimeAsync(0)
    old.send(quote('NVDA', 1), '1')
    old.send(quote('NVDA', 2), '2')
    // The old connection goes on.
    expect(await take(iterator, 2)).toEqual([quote('NVDA', 1), quote('NVDA', 2)])
    second()
    const next = await lab.server.connection(3)
    expect([lab.server.connections[1]?.lastEventId, next.lastEventId]).toEqual([undefined, '2'])
    expect(next.url.searchParams.get('added')).toBe('AMD')
    await vi.advanceTimersByTimeAsync(0)
    expect(lab.server.connections.map(({ isClosed }) => isClosed)).toEqual([true, true, false])
    next.send(quote('NVDA', 3), '3')
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 3)])
  })

  test('is followed by a gap if the server sends no ids', async () => {
    const feed = lab.subscribe()
    const iterator = feed[Symbol.asyncIterator]()
    const old = await lab.server.connection(1)
    old.send(quote('NVDA', 1))
    await take(iterator, 1)
    const admit = lab.server.holdNext()
    feed.add(['AMD'])
    await vi.advanceTimersByTimeAsync(0)
    old.send(quote('NVDA', 2))
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
    admit()
    const next = await lab.server.connection(2)
    next.send(quote('AMD', 3))
    expect(await take(iterator, 2)).toEqual([gap, quote('AMD', 3)])
  })
})

describe('a change that the server does not answer', () => {
  test('holds events for 3 s at most, and is tried again later', async () => {
    const { feed, iterator, old } = await beginFeed(lab)
    lab.server.holdNext()
    feed.add(['AMD'])
    await vi.advanceTimersByTimeAsync(0)
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(2_900)
    expect(feed.latest('NVDA')).toEqual(quote('NVDA', 1))
    await vi.advanceTimersByTimeAsync(100)
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
    // Events are delivered during the pause, also if the symbols change again.
    feed.add(['TSLA'])
    old.send(quote('NVDA', 3), '3')
    await vi.advanceTimersByTimeAsync(0)
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 3)])
    expect(feed.state).toBe('live')
    expect(lab.server.connections).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2_000)
    const next = await lab.server.connection(2)
    expect(next.url.searchParams.get('symbols')).toBe('NVDA,AMD,TSLA')
    expect(next.lastEventId).toBe('3')
    next.send(quote('AMD', 4), '4')
    expect(await take(iterator, 1)).toEqual([quote('AMD', 4)])
  })

  test('may take twice as long the next time', async () => {
    const { feed, old } = await beginFeed(lab)
    lab.server.holdNext()
    feed.add(['AMD'])
    await vi.advanceTimersByTimeAsync(3_000)
    const admit = lab.server.holdNext()
    await vi.advanceTimersByTimeAsync(2_000 + 5_900)
    admit()
    await lab.server.connection(2)
    await vi.advanceTimersByTimeAsync(0)
    expect(old.isClosed).toBe(true)
  })

  test('holds 1 000 events at most', async () => {
    const { feed, iterator, old } = await beginFeed(lab)
    lab.server.holdNext()
    feed.add(['AMD'])
    await vi.advanceTimersByTimeAsync(0)
    for (let id = 2; id <= 1_100; id += 1) old.send(quote('NVDA', id), `${id}`)
    await vi.advanceTimersByTimeAsync(0)
    const prices = (await take(iterator, 1_099)).map((event) => 'price' in event && event.price)
    expect(prices).toEqual(prices.map((_, at) => at + 2))
  })

  test('is made by a reconnection if its connection does not repeat what it should', async () => {
    const { feed, iterator, old } = await beginFeed(lab)
    const admit = lab.server.holdNext()
    feed.add(['AMD'])
    await vi.advanceTimersByTimeAsync(0)
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    admit()
    await lab.server.connection(2)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
    await vi.advanceTimersByTimeAsync(1_000)
    const third = await lab.server.connection(3)
    expect(third.lastEventId).toBe('2')
    expect(third.url.searchParams.get('symbols')).toBe('NVDA,AMD')
  })

  test.for(['request', 'pause'])(
    'leaves nothing behind if the feed is closed in its %s',
    async (when) => {
      const feed = lab.subscribe()
      const old = await lab.server.connection(1)
      old.send(quote('NVDA', 1), '1')
      await feed.ready
      await vi.advanceTimersByTimeAsync(0)
      const admit = lab.server.holdNext()
      feed.add(['AMD'])
      await vi.advanceTimersByTimeAsync(when === 'pause' ? 3_500 : 100)
      await feed.close()
      admit()
      await vi.advanceTimersByTimeAsync(60_000)
      expect(lab.server.connections.every(({ isClosed }) => isClosed)).toBe(true)
      expect(lab.server.connections.length).toBeLessThanOrEqual(2)
      expect(vi.getTimerCount()).toBe(0)
    },
  )
})
