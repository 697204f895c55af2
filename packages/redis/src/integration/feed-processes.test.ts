import { VecTrade } from '@vectrade/node'
import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { type Client, RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'
import { startStopwatch } from '@vectrade/test-kit/stopwatch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { redisFeed, type RedisFeed } from '../index.ts'
import { ControlledClient, quote } from '../test-support/controlled-client.ts'
import { openConnections, startLiveInstance } from '../test-support/live-instance.ts'
import { readFeed } from '../test-support/read-feed.ts'

const lease = 5000
const gap = { type: 'gap', reason: 'upstream' }

let server: RedisServer
let redis: Client
let sandbox: Sandbox
beforeAll(async () => {
  server = await RedisServer.start()
  redis = await server.connect()
  sandbox = await startSandbox({ live: { interval: 20 } })
}, startTimeout)
afterAll(async () => {
  await sandbox.close()
  await server[Symbol.asyncDispose]()
})
beforeEach(() => redis.flushAll())

function join(): RedisFeed {
  const { apiKey, liveURL } = sandbox
  return redisFeed(redis, { client: new VecTrade({ apiKey, liveURL }), lease })
}

describe('a leader in another process', () => {
  test('shares its connection with two instances. When it is killed, one takes over in time', async () => {
    await using leader = await startLiveInstance(server.path, sandbox, lease, 'NVDA')
    await using first = join()
    await using second = join()
    first.add(['NVDA'])
    second.add(['AMD'])
    const readings = [readFeed(first), readFeed(second)]
    for (const { events } of readings) {
      await expect.poll(() => events.length).toBeGreaterThan(10)
      expect(events).not.toContainEqual(gap)
    }
    expect(openConnections(sandbox)).toBe(1)
    const counts = readings.map(({ events }) => events.length)
    leader.child.kill('SIGKILL')
    const watch = startStopwatch()
    await Promise.all(
      readings.map(async ({ events }) => {
        while (events.at(-1)?.type !== 'quote.update' || !events.some(({ type }) => type === 'gap'))
          await new Promise((resolve) => setTimeout(resolve, 5))
      }),
    )
    expect(watch.ms).toBeLessThan(lease + 1000)
    await expect.poll(() => openConnections(sandbox)).toBe(1)
    for (const [at, { events }] of readings.entries()) {
      expect(events.filter(({ type }) => type === 'gap')).toEqual([gap])
      expect(events.findIndex(({ type }) => type === 'gap')).toBeGreaterThanOrEqual(counts[at] ?? 0)
    }
    // The dead instance followed NVDA. Without the first one, no instance does.
    await first.close()
    await expect.poll(() => redis.hKeys('vectrade:{live}:since')).toEqual(['AMD'])
  })

  test('that was stopped cannot write after another one has taken over', async () => {
    await using stopped = await startLiveInstance(server.path, sandbox, lease, 'NVDA')
    const client = new ControlledClient()
    await using successor = redisFeed(redis, { client, lease })
    successor.add(['NVDA'])
    const { events } = readFeed(successor)
    await expect.poll(() => events.length).toBeGreaterThan(5)
    stopped.child.kill('SIGSTOP')
    await expect.poll(() => events.at(-1)).toEqual(gap)
    await expect.poll(() => client.open).toHaveLength(1)
    const since = events.length
    const read = stopped.types.length
    client.feeds[0]?.send(quote('NVDA', -1))
    await expect.poll(() => events).toHaveLength(since + 1)
    // Meanwhile, its own connection has brought more quotes.
    stopped.child.kill('SIGCONT')
    // It reads what the successor has written, and gives its connection up.
    await expect.poll(() => stopped.types.slice(read)).toContain('gap')
    await expect.poll(() => openConnections(sandbox)).toBe(0)
    client.feeds[0]?.send(quote('NVDA', -2))
    await expect.poll(() => events.at(-1)).toEqual(quote('NVDA', -2))
    expect(events.slice(since)).toEqual([quote('NVDA', -1), quote('NVDA', -2)])
    expect(client.open).toHaveLength(1)
  })
})
