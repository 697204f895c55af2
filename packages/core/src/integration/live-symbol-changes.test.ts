import { describe, expect, test, vi } from 'vitest'
import type { LiveEvent, LiveFeed } from '../index.ts'
import { quote, take } from '../test-support/live-events.ts'
import { type Connection } from '../test-support/live-server.ts'
import { beginFeed, useLiveServer } from '../test-support/use-live-server.ts'

const lab = useLiveServer()

describe('a change of symbols', () => {
  /** Returns a feed that has delivered one event and then asked for a connection with other symbols. */
  async function changing(): Promise<{
    feed: LiveFeed
    iterator: AsyncIterator<LiveEvent>
    old: Connection
    admit: () => void
  }> {
    const { feed, iterator, old } = await beginFeed(lab)
    const admit = lab.server.holdNext()
    feed.add(['AMD'])
    feed.add(['AMD', 'TSLA'])
    await vi.advanceTimersByTimeAsync(0)
    return { feed, iterator, old, admit }
  }

  test('opens one connection that continues, and closes the old one only then', async () => {
    const { old, admit, iterator } = await changing()
    expect(old.isClosed).toBe(false)
    admit()
    const next = await lab.server.connection(2)
    expect(next.lastEventId).toBe('1')
    expect(next.url.searchParams.get('symbols')).toBe('NVDA,AMD,TSLA')
    expect(next.url.searchParams.get('added')).toBe('AMD,TSLA')
    await vi.advanceTimersByTimeAsync(0)
    expect(old.isClosed).toBe(true)
    next.send(quote('AMD', 2), '2')
    expect(await take(iterator, 1)).toEqual([quote('AMD', 2)])
    expect(lab.server.connections).toHaveLength(2)
  })

  test('leaves `lastEventId` at the last event that was read, if the feed is closed meanwhile', async () => {
    const { feed, old } = await changing()
    old.send(quote('NVDA', 5), '5')
    old.write('id: 6\n\n')
    await vi.advanceTimersByTimeAsync(0)
    await feed.close()
    await vi.advanceTimersByTimeAsync(0)
    expect(feed.lastEventId).toBe('1')
  })

  test('needs a symbol that is new, or one that the feed follows', async () => {
    const feed = lab.subscribe()
    const connection = await lab.server.connection(1)
    await feed.ready
    feed.add(['NVDA'])
    feed.remove(['AMD'])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(lab.server.connections).toEqual([connection])
    expect(connection.isClosed).toBe(false)
  })

  test('doubles nothing: the new connection repeats what the old one still brings', async () => {
    const { old, admit, iterator } = await changing()
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    admit()
    const next = await lab.server.connection(2)
    next.send(quote('NVDA', 2), '2')
    next.send(quote('NVDA', 3), '3')
    next.send(quote('NVDA', 4), '4')
    expect(await take(iterator, 3)).toEqual([quote('NVDA', 2), quote('NVDA', 3), quote('NVDA', 4)])
  })

  test('is not stuck if the old connection brings only what no one follows any more', async () => {
    const feed = lab.subscribe(['NVDA', 'AMD'])
    const iterator = feed[Symbol.asyncIterator]()
    const old = await lab.server.connection(1)
    old.send(quote('NVDA', 1), '1')
    await take(iterator, 1)
    const admit = lab.server.holdNext()
    feed.remove(['AMD'])
    await vi.advanceTimersByTimeAsync(0)
    old.send(quote('AMD', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    admit()
    // The market is closed: the new connection brings nothing.
    await lab.server.connection(2)
    await vi.advanceTimersByTimeAsync(0)
    feed.add(['TSLA'])
    const third = await lab.server.connection(3)
    expect(third.url.searchParams.get('symbols')).toBe('NVDA,TSLA')
    expect(third.lastEventId).toBe('2')
  })

  test('during another change continues after the first event of the new connection', async () => {
    const { feed, old, admit, iterator } = await changing()
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    feed.add(['INTC'])
    admit()
    const next = await lab.server.connection(2)
    next.send(quote('NVDA', 2), '2')
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
    expect((await lab.server.connection(3)).lastEventId).toBe('2')
  })

  test('doubles nothing if what the new connection repeats begins with a gap of the upstream', async () => {
    const { old, admit, iterator } = await changing()
    const gap = { type: 'gap', reason: 'upstream' }
    old.send(gap, '2')
    old.send(quote('NVDA', 3), '3')
    await vi.advanceTimersByTimeAsync(0)
    admit()
    const next = await lab.server.connection(2)
    next.send(gap, '2')
    next.send(quote('NVDA', 3), '3')
    next.send(quote('NVDA', 4), '4')
    expect(await take(iterator, 3)).toEqual([gap, quote('NVDA', 3), quote('NVDA', 4)])
  })

  test('loses nothing: if the new connection cannot repeat, what the old one has brought is delivered', async () => {
    const { old, admit, iterator } = await changing()
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    admit()
    const next = await lab.server.connection(2)
    const gap = { type: 'gap', since: '1', reason: 'expired' }
    next.send(gap)
    expect(await take(iterator, 2)).toEqual([quote('NVDA', 2), gap])
  })

  test('loses nothing if the new connection is lost before its first event', async () => {
    const { old, admit, iterator } = await changing()
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    admit()
    const next = await lab.server.connection(2)
    next.end()
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
    await vi.advanceTimersByTimeAsync(1000)
    expect((await lab.server.connection(3)).lastEventId).toBe('2')
  })

  test('asks for the quotes of new symbols until they have come', async () => {
    const { admit, iterator } = await changing()
    admit()
    const next = await lab.server.connection(2)
    next.send(quote('AMD', 2), '2')
    await take(iterator, 1)
    next.end()
    await vi.advanceTimersByTimeAsync(500)
    expect((await lab.server.connection(3)).url.searchParams.get('added')).toBe('TSLA')
  })

  test('asks for the quotes of new symbols again if no id has come with them or after them', async () => {
    const { admit, iterator } = await changing()
    admit()
    const next = await lab.server.connection(2)
    next.send(quote('AMD', 2))
    await take(iterator, 1)
    next.end()
    await vi.advanceTimersByTimeAsync(1000)
    const third = await lab.server.connection(3)
    expect(third.url.searchParams.get('added')).toBe('AMD,TSLA')
    third.send(quote('AMD', 3))
    third.send(quote('TSLA', 3), '3')
    await take(iterator, 2)
    third.end()
    await vi.advanceTimersByTimeAsync(1000)
    expect((await lab.server.connection(4)).url.searchParams.has('added')).toBe(false)
  })

  test('during a change is made after it', async () => {
    const { feed, admit } = await changing()
    feed.remove(['TSLA', 'NVDA'])
    admit()
    const third = await lab.server.connection(3)
    expect(third.url.searchParams.get('symbols')).toBe('AMD')
    await vi.advanceTimersByTimeAsync(0)
    expect(lab.server.connections.map(({ isClosed }) => isClosed)).toEqual([true, true, false])
  })

  test.for([1, 2])('during connection attempt %i is made after it', async (attempt) => {
    const feed = lab.subscribe()
    const iterator = feed[Symbol.asyncIterator]()
    if (attempt === 2) {
      const first = await lab.server.connection(1)
      first.send(quote('NVDA', 1), '1')
      await take(iterator, 1)
      first.end()
    }
    const admit = lab.server.holdNext()
    await vi.advanceTimersByTimeAsync(1000)
    feed.add(['AMD'])
    await vi.advanceTimersByTimeAsync(0)
    admit()
    const symbols = (at: number): string | null | undefined =>
      lab.server.connections[at - 1]?.url.searchParams.get('symbols')
    await lab.server.connection(attempt + 1)
    expect([symbols(attempt), symbols(attempt + 1)]).toEqual(['NVDA', 'NVDA,AMD'])
  })

  test('while the connection is lost is part of the next one', async () => {
    const feed = lab.subscribe()
    const old = await lab.server.connection(1)
    await feed.ready
    old.end()
    await vi.advanceTimersByTimeAsync(0)
    feed.add(['AMD'])
    await vi.advanceTimersByTimeAsync(500)
    const next = await lab.server.connection(2)
    expect(next.url.searchParams.get('symbols')).toBe('NVDA,AMD')
    expect(lab.server.connections).toHaveLength(2)
  })
})
