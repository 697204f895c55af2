import process from 'node:process'
import { collectGarbage } from '@vectrade/test-kit/collect-garbage'
import { RedisServer } from '@vectrade/test-kit/redis-server'
import { expect, test } from 'vitest'
import { redisFeed } from '../index.ts'
import { ControlledClient, quote } from '../test-support/controlled-client.ts'

test('a feed that is read for long takes no more memory', async () => {
  await using server = await RedisServer.start()
  const client = new ControlledClient()
  await using feed = redisFeed(await server.connect(), { client })
  feed.add(['NVDA'])
  const iterator = feed[Symbol.asyncIterator]()
  const start = iterator.next()
  await expect.poll(() => client.open).toHaveLength(1)
  client.open[0]?.send(quote('NVDA', 0))
  await start

  /** Lets the feed ask Redis for each of many events, and a reader come back after each. */
  const heapAfter = async (count: number): Promise<number> => {
    for (let price = 1; price <= count; price += 1) {
      const { lastEventId } = feed
      const next = iterator.next()
      client.open[0]?.send(quote('NVDA', price))
      await next
      await feed.replay(lastEventId, ['NVDA'])
    }
    await collectGarbage()
    return process.memoryUsage().heapUsed
  }
  const before = await heapAfter(2000)
  // If 200 bytes of each event were kept, it would be 400 kB.
  expect((await heapAfter(2000)) - before).toBeLessThan(400_000)
}, 120_000)
