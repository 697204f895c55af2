import { freePort } from '@vectrade/test-kit/free-port'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { createCluster } from 'redis'
import { expect, test } from 'vitest'
import { redisStore } from '../index.ts'
import { quote } from '../test-support/controlled-client.ts'
import { FeedInstances } from '../test-support/feed-instances.ts'
import { readInBackground } from '../test-support/collect.ts'
import { produce } from '../test-support/produce.ts'
import { RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'

/** Starts a node on a TCP port, because clusters need TCP. */
async function startNode(): Promise<{ server: RedisServer; port: number; bus: number }> {
  const [port, bus] = await Promise.all([freePort(), freePort()])
  const where = ['--bind', '127.0.0.1', '--port', String(port), '--cluster-port', String(bus)]
  return { port, bus, server: await RedisServer.start(...where, '--cluster-enabled', 'yes') }
}

test(
  'streams and a feed in a cluster of two nodes, with one connection for each store and each instance',
  async () => {
    const nodes = [await startNode(), await startNode()]
    await using first = nodes[0]?.server
    await using second = nodes[1]?.server
    if (!first || !second) throw new Error('There are two nodes')
    const admins = [await first.connect(), await second.connect()] as const
    await admins[0].clusterAddSlotsRange({ start: 0, end: 8191 })
    await admins[1].clusterAddSlotsRange({ start: 8192, end: 16_383 })
    const { port = 0, bus = 0 } = nodes[1] ?? {}
    await admins[0].sendCommand(['CLUSTER', 'MEET', '127.0.0.1', String(port), String(bus)])
    for (const admin of admins) {
      await expect
        .poll(() => admin.clusterInfo(), { timeout: 120_000 })
        .toMatch(/cluster_state:ok[^]*cluster_known_nodes:2/)
    }
    const cluster = createCluster({
      rootNodes: nodes.map(({ port: node }) => ({ url: `redis://127.0.0.1:${node}` })),
    })
    cluster.on('error', () => {})
    await cluster.connect()
    const store = redisStore(cluster, { maxStreams: 20 })
    const other = redisStore(cluster, { maxStreams: 20 })
    const ids = Array.from({ length: 20 }, () => crypto.randomUUID())
    const numbered = Array.from({ length: 50 }, (_, at) => ({ id: at + 1, data: `№ ${at}` }))
    const messages = numbered.map(({ data }) => ({ data }))
    const producers = await Promise.all(ids.map((id) => store.create(id)))
    await expect(store.create(crypto.randomUUID())).rejects.toMatchObject({ problem: 'limit' })
    const readers = ids.map((id) => readInBackground(other.read(id, 0)))
    const connections = async (): Promise<number> =>
      (await Promise.all(admins.map((admin) => admin.clientList()))).flat().length
    const with2 = await connections()
    await other.stop(ids[7] ?? '')
    await expectWithinASecond(() => producers[7]?.stopped.aborted === true)
    await Promise.all(producers.map((producer) => produce(producer, messages)))
    for (const reader of readers) {
      expect(await reader.ended).toBe('without error')
      expect(reader.messages).toEqual(numbered)
    }
    const limited = { owner: 'ada', maxStreamsPerOwner: 1 }
    await store.expire(ids[0] ?? '')
    await store.expire(ids[1] ?? '')
    const counted = await store.create(crypto.randomUUID(), limited)
    const refused = other.create(crypto.randomUUID(), limited)
    await expect(refused).rejects.toMatchObject({ problem: 'owner-limit' })
    await counted.finish('done')
    await other.create(crypto.randomUUID(), limited)
    await store[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
    await expect.poll(connections).toBe(with2 - 2)

    const instances = new FeedInstances(cluster)
    const leader = await instances.startLeader(['NVDA'])
    const follower = await instances.startFollower(['NVDA'], leader)
    leader.client.feeds[0]?.send(quote('NVDA', 1))
    for (const { events } of instances.all) {
      await expect.poll(() => events).toEqual([quote('NVDA', 1)])
    }
    await leader.feed.close()
    await expect.poll(() => follower.client.open).toHaveLength(1)
    await instances.close()
    await expect.poll(connections).toBe(with2 - 2)
    cluster.destroy()
  },
  startTimeout,
)
