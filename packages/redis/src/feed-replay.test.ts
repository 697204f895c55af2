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
/** Has read nothing. */
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
afterEach(() => leader.close())

/** Sends events, and waits until they are read. Returns their ids. */
async function send(...events: LiveEvent[]): Promise<string[]> {
  const before = reading.events.length
  upstream.send(...events)
  await expect.poll(() => reading.events.length).toBe(before + events.length)
  return reading.ids.slice(before)
}

const price = (at: number): LiveEvent => quote('NVDA', at)

describe('replay()', () => {
  test('returns the events after an id, on an instance that has read none of them', async () => {
    const [, second = '', third, fourth] = await send(price(1), quote('AMD', 2), price(3), price(4))
    expect(await other.replay(second, ['NVDA', 'AMD'])).toEqual([
      { id: third, event: price(3) },
      { id: fourth, event: price(4) },
    ])
    expect(await other.replay(fourth ?? '', ['NVDA'])).toEqual([])
  })

  test('leaves out quotes of other symbols', async () => {
    const gap = { type: 'gap', reason: 'upstream' } as const
    const [first = ''] = await send(price(1), quote('AMD', 2), gap, price(3))
    const events = (await other.replay(first, ['AMD'])).map(({ event }) => event)
    expect(events).toEqual([quote('AMD', 2), gap])
  })

  test('returns all of many events', async () => {
    const prices = Array.from({ length: 900 }, (_, at) => price(at + 1))
    const [first = ''] = await send(price(0))
    const ids = await send(...prices)
    const replayed = await other.replay(first, ['NVDA'])
    expect(replayed.map(({ event }) => event)).toEqual(prices)
    expect(replayed.map(({ id }) => id)).toEqual(ids)
  })

  test('without an id, returns the latest quotes', async () => {
    expect(await other.replay('', ['NVDA', 'AMD'])).toEqual([])
    const [, , last] = await send(price(1), quote('AMD', 2), price(3))
    expect(await other.replay('', ['NVDA', 'AMD', 'OTHER'])).toEqual([
      { id: '', event: price(3) },
      { id: last, event: quote('AMD', 2) },
    ])
  })

  test('begins with a gap and the latest quotes if the events are no longer kept', async () => {
    const [first = ''] = await send(quote('AMD', 0))
    for (let round = 0; round < 15; round += 1) {
      await send(...Array.from({ length: 100 }, (_, at) => price(100 * round + at)))
    }
    expect(await other.replay(first, ['NVDA', 'AMD'])).toEqual([
      { id: '', event: { type: 'gap', reason: 'expired', since: first } },
      { id: '', event: price(1499) },
      { id: reading.ids.at(-1), event: quote('AMD', 0) },
    ])
  })

  test('begins with a gap if no instance has followed a symbol for a while', async () => {
    const [first = ''] = await send(price(1))
    expect(await other.replay(first, ['OTHER'])).toEqual([
      { id: reading.ids.at(-1), event: { type: 'gap', reason: 'expired', since: first } },
    ])
    leader.remove(['AMD'])
    await expect.poll(() => upstream.symbols.size).toBe(1)
    await send(price(2))
    leader.add(['AMD'])
    await expect.poll(() => upstream.symbols.size).toBe(2)
    expect(await other.replay(first, ['NVDA'])).toHaveLength(1)
    expect((await other.replay(first, ['NVDA', 'AMD']))[0]?.event).toMatchObject({ type: 'gap' })
  })

  test.for(['anything', '1', '-', '1-1e3', `${'9'.repeat(20)}-0`, '999999999999999-0'])(
    'does not know the id %s',
    async (since) => {
      await send(price(1))
      const [gap, ...latest] = await other.replay(since, ['NVDA'])
      expect(gap?.event).toEqual({ type: 'gap', reason: 'unknown', since })
      expect(latest).toEqual([{ id: reading.ids[0], event: price(1) }])
    },
  )
})
