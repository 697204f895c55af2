import type { LiveEvent } from '@vectrade/core'
import { type Client, RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { redisFeed, type RedisFeed } from './index.ts'
import { ControlledClient, type ControlledFeed, quote } from './test-support/controlled-client.ts'
import { type FeedReading, readFeed } from './test-support/read-feed.ts'

let server: RedisServer
let redis: Client
beforeAll(async () => {
  server = await RedisServer.start()
  redis = await server.connect()
}, startTimeout)
afterAll(() => server[Symbol.asyncDispose]())

let leader: RedisFeed
let reading: FeedReading
let upstream: ControlledFeed
/** Another instance. It begins to read when the test starts it. */
let other: RedisFeed
beforeEach(async () => {
  await redis.flushAll()
  const client = new ControlledClient()
  leader = redisFeed(redis, { client, maxEvents: 1000 })
  leader.add(['NVDA', 'AMD'])
  reading = readFeed(leader)
  await expect.poll(() => client.open).toHaveLength(1)
  upstream = client.feeds[0] as ControlledFeed
  other = redisFeed(redis, { client })
})
afterEach(async () => {
  await other.close()
  await leader.close()
})

/** Sends events, and waits until they are read. Returns their ids. */
async function send(...events: LiveEvent[]): Promise<string[]> {
  const before = reading.events.length
  upstream.send(...events)
  await expect.poll(() => reading.events.length).toBe(before + events.length)
  return reading.ids.slice(before)
}

/** Lets the other instance read up to the last event. */
async function startOther(): Promise<FeedReading> {
  const others = readFeed(other)
  await expect.poll(() => other.lastEventId).toBe(reading.ids.at(-1))
  return others
}

const price = (at: number): LiveEvent => quote('NVDA', at)

describe('replay()', () => {
  test('returns the events after an id, on an instance that started after them', async () => {
    const [, second = '', third, fourth] = await send(price(1), quote('AMD', 2), price(3), price(4))
    await startOther()
    expect(await other.replay(second, ['NVDA', 'AMD'])).toEqual({
      events: [
        { id: third, event: price(3) },
        { id: fourth, event: price(4) },
      ],
      latest: [price(4), quote('AMD', 2)],
      // It has delivered nothing so far.
      lastEventId: '',
    })
    const nothing = { events: [], latest: [price(4)], lastEventId: '' }
    expect(await other.replay(fourth ?? '', ['NVDA'])).toEqual(nothing)
  })

  test('waits for the start of the feed', async () => {
    const [first = '', second] = await send(price(1), price(2))
    const { ended } = readFeed(other)
    expect(await other.replay(first, ['NVDA'])).toMatchObject({
      events: [{ id: second, event: price(2) }],
    })
    await other.close()
    expect(await ended).toBe('without error')
    await expect(other.replay(first, ['NVDA'])).rejects.toMatchObject({ problem: 'unavailable' })
  })

  test('leaves out quotes of other symbols, and events that are still to be read', async () => {
    const gap = { type: 'gap', reason: 'upstream' } as const
    const [first = '', second, third] = await send(price(1), quote('AMD', 2), gap)
    other.add(['AMD'])
    const iterator = other[Symbol.asyncIterator]()
    const next = iterator.next()
    expect((await next).value).toEqual(quote('AMD', 2))
    await send(quote('AMD', 4), price(5), quote('AMD', 6))
    expect(await other.replay(first, ['AMD'])).toEqual({
      events: [
        { id: second, event: quote('AMD', 2) },
        { id: third, event: gap },
      ],
      latest: [],
      lastEventId: '',
    })
    expect((await iterator.next()).value).toEqual(quote('AMD', 4))
    // A symbol that is added now is complete too, although the events are already in memory.
    other.add(['NVDA'])
    expect(await other.replay(first, ['NVDA'])).toEqual({
      events: [{ id: third, event: gap }],
      latest: [],
      lastEventId: third,
    })
    expect((await iterator.next()).value).toEqual(price(5))
    expect((await iterator.next()).value).toEqual(quote('AMD', 6))
  })

  test('waits for an instance that is behind the one from which the id comes', async () => {
    await send(price(1))
    other.add(['NVDA'])
    const iterator = other[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toEqual(price(1))
    // The other instance does not deliver the last one.
    const [, , last = ''] = await send(price(2), price(3), quote('AMD', 4))
    let replayed: unknown
    const replaying = other.replay(last, ['NVDA']).then((result) => (replayed = result))
    expect((await iterator.next()).value).toEqual(price(2))
    expect((await iterator.next()).value).toEqual(price(3))
    expect(replayed).toBeUndefined()
    void iterator.next()
    await replaying
    expect(replayed).toEqual({ events: [], latest: [price(3)], lastEventId: reading.ids.at(-2) })
  })

  test('fails if the instance does not catch up', async () => {
    const [, second = ''] = await send(price(1), price(2))
    await expect(other.replay(second, ['NVDA'])).rejects.toMatchObject({ problem: 'unavailable' })
  })

  test('returns all of many events', async () => {
    const prices = Array.from({ length: 900 }, (_, at) => price(at + 1))
    const [first = ''] = await send(price(0))
    const ids = await send(...prices)
    await startOther()
    const expected = prices.map((event, at) => ({ id: ids[at], event }))
    expect(await other.replay(first, ['NVDA'])).toMatchObject({ events: expected })
    expect(await other.replay(first, ['NVDA'], 900)).toMatchObject({ events: expected })
    expect(await other.replay(first, ['NVDA'], 899)).toBe('expired')
  })

  test('tells that the events are no longer kept', async () => {
    const [first = ''] = await send(quote('AMD', 0))
    for (let round = 0; round < 15; round += 1) {
      await send(...Array.from({ length: 100 }, (_, at) => price(100 * round + at)))
    }
    await startOther()
    expect(await other.replay(first, ['NVDA', 'AMD'])).toBe('expired')
  })

  test('tells that no instance has followed a symbol for a while', async () => {
    const [first = ''] = await send(price(1))
    await startOther()
    expect(await other.replay(first, ['OTHER'])).toBe('expired')
    leader.remove(['AMD'])
    await expect.poll(() => upstream.symbols.size).toBe(1)
    await send(price(2))
    leader.add(['AMD'])
    await expect.poll(() => upstream.symbols.size).toBe(2)
    expect(await other.replay(first, ['NVDA'])).toMatchObject({ events: [{ event: price(2) }] })
    expect(await other.replay(first, ['NVDA', 'AMD'])).toBe('expired')
  })

  test.for(['', 'anything', '1', '-', '1-1e3', `${'9'.repeat(20)}-0`, '999999999999999-0'])(
    'does not know the id %j',
    async (since) => {
      await send(price(1))
      await startOther()
      expect(await other.replay(since, ['NVDA'])).toBe('unknown')
    },
  )
})
