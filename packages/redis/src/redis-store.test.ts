import { ConfigurationError } from '@vectrade/core'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { Redis as IORedis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisStore, type RedisStoreOptions } from './index.ts'
import { caught, collect, readInBackground } from './test-support/collect.ts'
import { type Client, RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'

let server: RedisServer
let redis: Client
beforeAll(async () => {
  server = await RedisServer.start()
  redis = await server.connect()
}, startTimeout)
afterAll(() => server[Symbol.asyncDispose]())

const newId = (): string => crypto.randomUUID()

describe('keys', () => {
  test('are as documented, in one slot of a cluster, and expire', async () => {
    await redis.flushAll()
    await using store = redisStore(redis, { timeToLive: 60_000, lease: 10_000 })
    const producer = await store.create('an-id', { owner: 'ada' })
    await producer.append([{ event: 'e', data: 'größe' }, { data: 'x' }])
    const keys = ['vectrade:streams', 'vectrade:{an-id}:log', 'vectrade:{an-id}:meta']
    expect((await redis.keys('*')).toSorted()).toEqual(keys)
    expect(await redis.xRange('vectrade:{an-id}:log', '-', '+')).toMatchObject([
      { id: '1-0', message: { e: 'e', d: 'größe' } },
      { id: '2-0', message: { e: '', d: 'x' } },
    ])
    expect(await redis.hGetAll('vectrade:{an-id}:meta')).toMatchObject({
      owner: 'ada',
      length: '2',
      bytes: '9',
    })
    for (const key of keys) expect(await redis.pTTL(key)).toBeGreaterThan(61_000)
    await producer.finish('done')
    for (const key of keys.slice(1)) {
      const ttl = await redis.pTTL(key)
      expect(ttl).toBeGreaterThan(51_000)
      expect(ttl).toBeLessThanOrEqual(60_000)
    }
    const [listed] = await redis.zRangeWithScores('vectrade:streams', 0, -1)
    expect(listed?.score).toBeLessThanOrEqual(Date.now() + 61_000)
    await store.expire('an-id')
    expect(await redis.keys('*')).toEqual(['vectrade:{an-id}:meta'])
    expect(await redis.pTTL('vectrade:{an-id}:meta')).toBeLessThanOrEqual(10_000)
  })

  test('a stream stays in the list while it is produced', async () => {
    await using store = redisStore(redis, { prefix: 'p:', timeToLive: 2000, lease: 30_000 })
    const producer = await store.create(newId())
    const [before] = await redis.zRangeWithScores('p:streams', 0, -1)
    // More than half of `timeToLive`, after which the next sign of life lists the stream again.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await producer.renew()
    await expect
      .poll(async () => (await redis.zRangeWithScores('p:streams', 0, -1))[0]?.score)
      .toBeGreaterThan((before?.score ?? Infinity) + 100)
  })

  test.for(['', 'a b', 'a{b}', '../a', 'é', 'x'.repeat(129)])('an id cannot be %j', async (id) => {
    await using store = redisStore(redis)
    expect(await caught(store.create(id))).toBeInstanceOf(ConfigurationError)
    expect(await store.find(id)).toBeUndefined()
    expect(await collect(store.read(id, 0))).toEqual([])
    await store.stop(id)
    await store.expire(id)
  })
})

test.for<[RedisStoreOptions, string]>([
  [{ prefix: 'a{b}' }, 'prefix'],
  [{ pollInterval: 0 }, 'pollInterval'],
  [{ pollInterval: 2000 }, 'pollInterval'],
  [{ maxBytes: -1 }, 'maxBytes'],
  [{ prefix: null as never }, 'prefix'],
  [{ pollInterval: '500' as never }, 'pollInterval'],
  [{ timeToLive: null as never }, 'timeToLive'],
  [{ logger: 'console' as never }, 'logger'],
])('option %j is refused', ([options, name]) => {
  const create = (): unknown => redisStore(redis, options)
  expect(create).toThrow(ConfigurationError)
  expect(create).toThrow(`\`${name}\``)
})

test.for([null, 'vectrade:', []])('options of %j are refused', (options) => {
  expect(() => redisStore(redis, options as never)).toThrow(ConfigurationError)
})

test('anything but a client of the package is refused', () => {
  const ioredis = new IORedis({ lazyConnect: true })
  const connecting = Promise.resolve(redis)
  for (const given of [undefined, null, 'redis://127.0.0.1:6379', {}, connecting, ioredis]) {
    expect(() => redisStore(given as never)).toThrow(ConfigurationError)
    expect(() => redisStore(given as never)).toThrow(/`redis`.*createClient\(\).*ioredis.*connect/)
  }
  ioredis.disconnect()
})

test('limits may be infinite', async () => {
  const none = { maxEvents: Infinity, maxBytes: Infinity, maxStreams: Infinity }
  await using store = redisStore(redis, { ...none, timeToLive: Infinity })
  const id = newId()
  const producer = await store.create(id)
  await producer.append([{ data: 'x' }])
  await producer.finish('done')
  expect(await collect(store.read(id, 0))).toEqual([{ id: 1, data: 'x' }])
  await store.expire(id)
})

describe('connections', () => {
  const addresses = async (): Promise<string[]> =>
    (await redis.clientList()).map(({ id }) => String(id)).toSorted()

  test('one of its own, for 200 readers and 20 producers, closed with the store', async () => {
    // Waits until the connections of other tests have closed.
    await expect.poll(addresses).toHaveLength(1)
    const store = redisStore(redis)
    const ids = Array.from({ length: 20 }, newId)
    const producers = await Promise.all(ids.map((id) => store.create(id)))
    const readers = ids.flatMap((id) =>
      Array.from({ length: 10 }, () => readInBackground(store.read(id, 0))),
    )
    await Promise.all(producers.map((producer) => producer.append([{ data: 'x' }])))
    for (const reader of readers) await expectWithinASecond(() => reader.messages.length === 1)
    await expect.poll(addresses).toHaveLength(2)
    await Promise.all(ids.map((id) => store.find(id)))
    expect(await addresses()).toHaveLength(2)
    await store[Symbol.asyncDispose]()
    for (const reader of readers) expect(await reader.ended).toBe('without error')
    await expect.poll(addresses).toHaveLength(1)
    await producers[0]?.finish('done')
    expect(await redis.hGet(`vectrade:{${ids[0]}}:meta`, 'outcome')).toBe('done')
  })

  test('nothing is subscribed after all readers have left', async () => {
    await using store = redisStore(redis, { prefix: 'left:' })
    const id = newId()
    const producer = await store.create(id)
    await producer.append([{ data: 'x' }])
    const channels = (): Promise<string[]> => redis.pubSubChannels('left:?*')
    for await (const _ of store.read(id, 0)) break
    const controller = new AbortController()
    const reader = readInBackground(store.read(id, 0, controller.signal))
    await expectWithinASecond(() => reader.messages.length === 1)
    await expect.poll(channels).toEqual([`left:${id}`])
    await producer.finish('done')
    expect(await reader.ended).toBe('without error')
    controller.abort()
    await expect.poll(channels).toEqual([])
  })

  test('a lost connection delays readers by at most a poll interval, and is opened again', async () => {
    const warnings: string[] = []
    const logger = { warn: (message: string) => warnings.push(message) }
    await using store = redisStore(redis, { prefix: 'drop:', pollInterval: 500, logger })
    const id = newId()
    const producer = await store.create(id)
    const reader = readInBackground(store.read(id, 0))
    await expect.poll(() => redis.pubSubChannels('drop:?*')).toHaveLength(1)
    for (let at = 1; at <= 3; at += 1) {
      await redis.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
      const finished = Promise.resolve(at === 3 && producer.finish('done'))
      await Promise.all([finished, at < 3 && producer.append([{ data: `${at}` }])])
      await expectWithinASecond(() => reader.messages.length >= Math.min(at, 2))
      await expect.poll(() => redis.pubSubChannels('drop:?*')).toHaveLength(at === 3 ? 0 : 1)
    }
    expect(await reader.ended).toBe('without error')
    expect(warnings.length).toBeGreaterThan(0)
  })

  test('a producer stops even if the connection is lost', async () => {
    await using store = redisStore(redis, { prefix: 'stop:' })
    const id = newId()
    const producer = await store.create(id)
    await expect.poll(() => redis.pubSubChannels('stop:?*')).toHaveLength(1)
    await Promise.all([redis.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']), store.stop(id)])
    await expectWithinASecond(() => producer.stopped.aborted)
  })
})

test('a reader that takes one of 10,000 messages loads only a page', async () => {
  await using store = redisStore(redis, { maxBytes: Infinity })
  const id = newId()
  const producer = await store.create(id)
  const data = 'x'.repeat(1000)
  for (let at = 0; at < 10; at += 1) {
    await producer.append(Array.from({ length: 1000 }, () => ({ data })))
  }
  const sent = async (): Promise<number> =>
    Number(/total_net_output_bytes:(\d+)/.exec(await redis.info('stats'))?.[1])
  const before = await sent()
  const reading = store.read(id, 0)[Symbol.asyncIterator]()
  await reading.next()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect((await sent()) - before).toBeLessThan(200_000)
  await reading.return?.()
})

test('the message of an error does not contain the arguments of the command', async () => {
  const id = newId()
  await redis.set(`vectrade:{${id}}:meta`, 'not a hash')
  await using store = redisStore(redis)
  const error = await caught(store.find(id))
  expect(error).toMatchObject({
    problem: 'unavailable',
    message: 'The Redis command failed: WRONGTYPE',
    retryable: true,
  })
  expect(JSON.stringify(error)).not.toContain(id)
})

test('finish can be repeated, but not with another outcome', async () => {
  await using store = redisStore(redis)
  const id = newId()
  const producer = await store.create(id)
  await producer.finish('error')
  await producer.finish('error')
  expect(await caught(producer.finish('done'))).toMatchObject({ problem: 'finished' })
  expect((await store.find(id))?.outcome).toBe('error')
})

test('scripts that Redis has forgotten are sent again', async () => {
  await using store = redisStore(redis)
  const id = newId()
  const producer = await store.create(id)
  await redis.scriptFlush()
  await producer.append([{ data: 'x' }])
  expect((await store.find(id))?.length).toBe(1)
})

test('a client can have its own type mapping', async () => {
  const own = createClient({
    RESP: 2,
    socket: { path: server.path, tls: false },
    commandOptions: { typeMapping: { 36: Buffer } },
  })
  await own.connect()
  await using store = redisStore(own)
  const id = newId()
  const producer = await store.create(id)
  await producer.append([{ data: 'ü' }])
  const reader = readInBackground(store.read(id, 0))
  await producer.finish('done')
  expect(await reader.ended).toBe('without error')
  expect(reader.messages).toEqual([{ id: 1, data: 'ü' }])
  own.destroy()
})
