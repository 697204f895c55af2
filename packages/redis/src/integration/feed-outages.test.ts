import { RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'
import { delay } from '@vectrade/test-kit/delay'
import type { LiveEvent } from '@vectrade/core'
import { beforeAll, expect, test } from 'vitest'
import { redisFeed, type RedisFeed } from '../index.ts'
import { ControlledClient, quote } from '../test-support/controlled-client.ts'
import { intercepted } from '../test-support/intercepted.ts'
import { type FeedReading, readFeed } from '../test-support/read-feed.ts'

// Installs Redis if it is missing.
beforeAll(async () => {
  await using _ = await RedisServer.start()
}, startTimeout)

interface Instance extends FeedReading, AsyncDisposable {
  client: ControlledClient
  feed: RedisFeed
  warnings: string[]
}

async function start(server: RedisServer, lease: number): Promise<Instance> {
  const client = new ControlledClient()
  const warnings: string[] = []
  const logger = { warn: (message: string) => warnings.push(message) }
  const feed = redisFeed(await server.connect(), { client, lease, logger })
  feed.add(['NVDA'])
  const reading = readFeed(feed)
  await expect.poll(() => feed.lastEventId).not.toBe('')
  return { client, feed, warnings, ...reading, [Symbol.asyncDispose]: () => feed.close() }
}

const durable = ['--appendonly', 'yes', '--appendfsync', 'always']
const gap = (reason: string): unknown => expect.objectContaining({ type: 'gap', reason })
/** Further gaps are right: on a busy machine, an instance can lose its lease more than once. */
const withoutGaps = (events: readonly LiveEvent[]): LiveEvent[] =>
  events.filter(({ type }) => type !== 'gap')

test('a short outage of Redis loses and repeats nothing', async () => {
  await using server = await RedisServer.start(...durable)
  await using leader = await start(server, 60_000)
  await using follower = await start(server, 60_000)
  await expect.poll(() => leader.client.open).toHaveLength(1)
  const [upstream] = leader.client.feeds
  const quotes = Array.from({ length: 60 }, (_, at) => quote('NVDA', at))
  for (const [at, event] of quotes.entries()) {
    upstream?.send(event)
    if (at === 20) {
      server.pause()
      // This is longer than any call waits, so it is unknown whether pending calls succeed.
      await delay(2500)
      server.continue()
    }
    if (at === 40) {
      await server.kill()
      await delay(500)
      await server.start()
    }
    await delay(10)
  }
  for (const { events } of [leader, follower]) {
    await expect.poll(() => events.at(-1)).toEqual(quotes.at(-1))
    expect(events).toEqual(quotes)
  }
  expect(leader.client.feeds).toHaveLength(1)
  expect(leader.warnings.length).toBeGreaterThan(0)
})

test('a leader that cannot reach Redis for a lease gives its connection up, and then continues after a gap', async () => {
  await using server = await RedisServer.start(...durable)
  await using leader = await start(server, 1000)
  await expect.poll(() => leader.client.open).toHaveLength(1)
  leader.client.feeds[0]?.send(quote('NVDA', 1))
  await expect.poll(() => leader.events).toHaveLength(1)
  await server.kill()
  await expect.poll(() => leader.client.open).toHaveLength(0)
  await server.start()
  await expect.poll(() => leader.client.open).toHaveLength(1)
  leader.client.open[0]?.send(quote('NVDA', 2))
  await expect.poll(() => leader.events.at(-1)).toEqual(quote('NVDA', 2))
  expect(leader.events[1]).toEqual(gap('upstream'))
  expect(withoutGaps(leader.events)).toEqual([quote('NVDA', 1), quote('NVDA', 2)])
})

test.for([1000, 3000])(
  'an instance that was silent for two leases gets a gap, because its symbols were dropped: %i ms',
  async (lease) => {
    await using server = await RedisServer.start()
    await using leader = await start(server, lease)
    const client = new ControlledClient()
    let silence: Promise<void> | undefined
    const silent = intercepted(await server.connect(), async (run) => {
      await silence
      return run()
    })
    await using feed = redisFeed(silent, { client, lease })
    feed.add(['AMD'])
    const { events } = readFeed(feed)
    // On a busy machine, the leader may change.
    const followed = (): string[] =>
      [leader.client, client].flatMap(({ open }) => open.flatMap(({ symbols }) => [...symbols]))
    const send = (price: number): void => {
      for (const upstream of [leader.client, client].flatMap(({ open }) => open)) {
        if (upstream.symbols.has('AMD')) upstream.send(quote('AMD', price))
      }
    }
    await expect.poll(followed).toContain('AMD')
    send(1)
    await expect.poll(() => withoutGaps(events)).toEqual([quote('AMD', 1)])
    let wake: (() => void) | undefined
    silence = new Promise((resolve) => (wake = resolve))
    await expect.poll(followed).not.toContain('AMD')
    wake?.()
    await expect.poll(followed).toContain('AMD')
    send(2)
    await expect.poll(() => withoutGaps(events)).toEqual([quote('AMD', 1), quote('AMD', 2)])
    await expect.poll(() => events).toContainEqual(gap('upstream'))
  },
)

test('a Redis that has lost its data causes a gap on all instances', async () => {
  await using server = await RedisServer.start()
  await using first = await start(server, 1000)
  await using second = await start(server, 1000)
  const instances = [first, second]
  const open = () => instances.flatMap(({ client }) => client.open)
  await expect.poll(open).toHaveLength(1)
  open()[0]?.send(quote('NVDA', 1))
  for (const { events } of instances) await expect.poll(() => events).toHaveLength(1)
  await server.kill()
  await server.start()
  for (const { events } of instances) await expect.poll(() => events[1]).toEqual(gap('expired'))
  await expect.poll(open).toHaveLength(1)
  open()[0]?.send(quote('NVDA', 2))
  for (const { events } of instances) {
    await expect.poll(() => events.at(-1)).toEqual(quote('NVDA', 2))
    expect(withoutGaps(events)).toEqual([quote('NVDA', 1), quote('NVDA', 2)])
  }
})

test('close() ends in time if Redis does not answer', async () => {
  await using server = await RedisServer.start()
  const leader = await start(server, 1000)
  await expect.poll(() => leader.client.open).toHaveLength(1)
  server.pause()
  await leader.feed.close()
  expect(await leader.ended).toBe('without error')
  expect(leader.client.open).toEqual([])
  server.continue()
})
