import { ConfigurationError } from '@vectrade/core'
import { type Client, RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { redisFeed } from './index.ts'
import { ControlledClient, quote } from './test-support/controlled-client.ts'
import { FeedInstances } from './test-support/feed-instances.ts'
import { intercepted } from './test-support/intercepted.ts'
import { readFeed } from './test-support/read-feed.ts'

let server: RedisServer
let redis: Client
beforeAll(async () => {
  server = await RedisServer.start()
  redis = await server.connect()
}, startTimeout)
afterAll(() => server[Symbol.asyncDispose]())

let instances: FeedInstances
beforeEach(async () => {
  await redis.flushAll()
  instances = new FeedInstances(redis)
})
afterEach(() => instances.close())

describe('three instances', () => {
  test('have one upstream, and each gets every event once, with the same id', async () => {
    const leader = await instances.startLeader(['NVDA'])
    const others = [
      await instances.startFollower(['NVDA'], leader),
      await instances.startFollower(['NVDA'], leader),
    ]
    const prices = Array.from({ length: 2000 }, (_, at) => at)
    for (const price of prices) {
      leader.client.feeds[0]?.send(quote('NVDA', price))
      if (price % 300 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    for (const { events, ids } of [leader, ...others]) {
      await expect.poll(() => events.length).toBeGreaterThanOrEqual(2000)
      expect(events).toEqual(prices.map((price) => quote('NVDA', price)))
      expect(new Set(ids).size).toBe(2000)
      expect(ids).toEqual(leader.ids)
    }
    expect(instances.all.flatMap(({ client }) => client.feeds)).toHaveLength(1)
  })

  test('follow the symbols of all, and each gets its own', async () => {
    const leader = await instances.startLeader(['NVDA'])
    const follower = await instances.startFollower(['AMD', 'TSLA'], leader)
    const [upstream] = leader.client.feeds
    expect(upstream?.symbols).toEqual(new Set(['NVDA', 'AMD', 'TSLA']))
    upstream?.send(quote('NVDA', 1), quote('AMD', 2), quote('OTHER', 3), quote('NVDA', 4))
    await expect.poll(() => leader.events).toEqual([quote('NVDA', 1), quote('NVDA', 4)])
    await expect.poll(() => follower.events).toEqual([quote('AMD', 2)])
    follower.feed.remove(['AMD'])
    await expect.poll(() => upstream?.symbols).toEqual(new Set(['NVDA', 'TSLA']))
    leader.feed.add(['AMD'])
    leader.feed.remove(['NVDA'])
    await expect.poll(() => upstream?.symbols).toEqual(new Set(['AMD', 'TSLA']))
    follower.feed.remove(['TSLA'])
    await expect.poll(() => upstream?.symbols).toEqual(new Set(['AMD']))
    leader.feed.remove(['AMD'])
    await expect.poll(() => upstream?.isClosed).toBe(true)
    leader.feed.add(['NVDA'])
    await expect.poll(() => leader.client.feeds.length).toBe(2)
  })

  test('keep the symbols of one that ends for a lease', async () => {
    const leader = await instances.startLeader(['NVDA'], { lease: 3000 })
    const follower = instances.start(['AMD'], { lease: 3000 })
    const symbols = (): Set<string> | undefined => leader.client.feeds[0]?.symbols
    await expect.poll(symbols).toEqual(new Set(['NVDA', 'AMD']))
    await follower.feed.close()
    leader.feed.add(['TSLA'])
    await expect.poll(() => symbols()?.has('TSLA')).toBe(true)
    expect(symbols()).toEqual(new Set(['NVDA', 'AMD', 'TSLA']))
    await expect.poll(symbols).toEqual(new Set(['NVDA', 'TSLA']))
  })

  test('a new one, and a new symbol, begin with the latest quotes', async () => {
    const leader = await instances.startLeader(['NVDA', 'AMD'])
    leader.client.feeds[0]?.send(quote('NVDA', 1), quote('NVDA', 2), quote('AMD', 3))
    await expect.poll(() => leader.events).toHaveLength(3)
    const follower = await instances.startFollower(['NVDA'], leader)
    await expect.poll(() => follower.events).toEqual([quote('NVDA', 2)])
    expect(follower.feed.lastEventId).toBe(leader.ids[2])
    follower.feed.add(['AMD', 'NVDA'])
    await expect.poll(() => follower.events).toEqual([quote('NVDA', 2), quote('AMD', 3)])
    leader.client.feeds[0]?.send(quote('NVDA', 4))
    await expect.poll(() => follower.events.at(-1)).toEqual(quote('NVDA', 4))
    expect(follower.events).toHaveLength(3)
  })
})

test('a reader that is slower than Redis forgets gets a gap and the latest quotes', async () => {
  const leader = await instances.startLeader(['NVDA', 'AMD'], { maxEvents: 100 })
  const client = new ControlledClient()
  await using slow = redisFeed(redis, { client })
  slow.add(['NVDA', 'AMD'])
  const iterator = slow[Symbol.asyncIterator]()
  const upstream = leader.client.feeds[0]
  const first = iterator.next()
  await expect.poll(() => slow.lastEventId).not.toBe('')
  upstream?.send(quote('AMD', 0))
  expect((await first).value).toEqual(quote('AMD', 0))
  const since = slow.lastEventId
  const count = 1000
  for (let price = 1; price <= count; price += 1) upstream?.send(quote('NVDA', price))
  await expect.poll(() => leader.events).toContainEqual(quote('NVDA', count))
  expect((await iterator.next()).value).toEqual({ type: 'gap', reason: 'expired', since })
  const prices: number[] = []
  for (;;) {
    const { value } = await iterator.next()
    if (value?.type !== 'quote.update') throw new Error('There are only quotes')
    if (value.symbol === 'AMD') break
    prices.push(value.price)
  }
  expect(prices.length).toBeGreaterThanOrEqual(100)
  expect(prices.length).toBeLessThan(count)
  expect(prices).toEqual(prices.map((_, at) => count - prices.length + at + 1))
})

describe('close()', () => {
  test('leaves neither connections nor timers, and ends a pending read', async () => {
    const connections = async (): Promise<number> => (await redis.clientList()).length
    await expect.poll(connections).toBe(1)
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const leader = await instances.startLeader(['NVDA'])
    const follower = await instances.startFollower(['NVDA'], leader)
    expect(await connections()).toBe(3)
    await follower.feed.close()
    await leader.feed.close()
    expect(await Promise.all([leader.ended, follower.ended])).toEqual([
      'without error',
      'without error',
    ])
    await expect.poll(connections).toBe(1)
    expect(timers()).toBeLessThanOrEqual(before)
    // It can be called again, and what comes later has no effect.
    await leader.feed.close()
    leader.feed.add(['AMD'])
    leader.feed.remove(['AMD'])
  })

  test('before the first read does nothing', async () => {
    const feed = redisFeed(redis, { client: new ControlledClient() })
    feed.add(['NVDA'])
    await feed.close()
    expect(await redis.keys('*')).toEqual([])
    const { events, ended } = readFeed(feed)
    expect(await ended).toBe('without error')
    expect(events).toEqual([])
  })

  test('is called by leaving the loop', async () => {
    const client = new ControlledClient()
    const feed = redisFeed(redis, { client })
    feed.add(['NVDA'])
    const reading = (async () => {
      for await (const _ of feed) break
    })()
    await expect.poll(() => client.open).toHaveLength(1)
    await expect.poll(() => feed.lastEventId).not.toBe('')
    client.feeds[0]?.send(quote('NVDA', 1))
    await reading
    expect(client.open).toEqual([])
    const again = readFeed(feed)
    expect(await again.ended).toMatchObject({ code: 'stream_consumed' })
  })
})

test('keys are as documented, in one slot of a cluster, and expire', async () => {
  const leader = await instances.startLeader(['NVDA'], { prefix: 'p:' })
  leader.client.feeds[0]?.send(quote('NVDA', 1))
  await expect.poll(() => leader.events).toHaveLength(1)
  const keys = ['events', 'instances', 'latest', 'since', 'state', 'wishes']
  expect((await redis.keys('*')).toSorted()).toEqual(keys.map((name) => `p:{live}:${name}`))
  leader.feed.add(['AMD'])
  await expect.poll(() => leader.client.feeds[0]?.symbols.size).toBe(2)
  for (const key of await redis.keys('*')) {
    const ttl = await redis.pTTL(key)
    expect(ttl).toBeGreaterThan(500_000)
    expect(ttl).toBeLessThanOrEqual(600_000)
  }
})

test.for<[object, string]>([
  [{ client: undefined }, 'client'],
  [{ client: {} }, 'client'],
  [{ client: { live: {} } }, 'client'],
  [{ channels: [] }, 'channels'],
  [{ channels: ['quote'] }, 'channels'],
  [{ prefix: 'a{b}' }, 'prefix'],
  [{ lease: 999 }, 'lease'],
  [{ lease: null }, 'lease'],
  [{ maxEvents: 99 }, 'maxEvents'],
  [{ maxEvents: Infinity }, 'maxEvents'],
  [{ logger: 'console' }, 'logger'],
])('option %j is refused', ([options, name]) => {
  const create = (): unknown => redisFeed(redis, { client: new ControlledClient(), ...options })
  expect(create).toThrow(ConfigurationError)
  expect(create).toThrow(`\`${name}\``)
})

test('wrong arguments are refused', () => {
  const client = new ControlledClient()
  expect(() => redisFeed({} as never, { client })).toThrow('`redis`')
  expect(() => redisFeed(redis, undefined as never)).toThrow(ConfigurationError)
  const feed = redisFeed(redis, { client })
  expect(() => feed.add(['NV DA'])).toThrow(ConfigurationError)
  expect(() => feed.add('NVDA' as never)).toThrow(ConfigurationError)
  expect(() => feed.remove('NVDA' as never)).toThrow(ConfigurationError)
})

test('the latest quote of a new symbol comes at once, however busy the feed is', async () => {
  const leader = await instances.startLeader(['NVDA', 'AMD'])
  leader.client.feeds[0]?.send(quote('AMD', 1))
  await expect.poll(() => leader.events).toHaveLength(1)
  const unwanted = { e: JSON.stringify(quote('TSLA', 1)) }
  const busy = intercepted(redis, async (run) => {
    await redis.xAdd('vectrade:{live}:events', '*', unwanted)
    return run()
  })
  await using feed = redisFeed(busy, { client: new ControlledClient(), lease: 10_000 })
  feed.add(['NVDA'])
  const { events } = readFeed(feed)
  await expect.poll(() => feed.lastEventId).not.toBe('')
  feed.add(['AMD'])
  await expect.poll(() => events).toEqual([quote('AMD', 1)])
})
