import { StreamStoreError } from '@vectrade/core'
import { startStopwatch } from '@vectrade/test-kit/stopwatch'
import { delay } from '@vectrade/test-kit/delay'
import { beforeAll, describe, expect, test } from 'vitest'
import { redisStore } from '../index.ts'
import { caught, readInBackground } from '../test-support/collect.ts'
import { produce } from '../test-support/produce.ts'
import { RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'

// Installs Redis if it is missing.
beforeAll(async () => {
  await using _ = await RedisServer.start()
}, startTimeout)

const messages = Array.from({ length: 200 }, (_, index) => ({ data: `№ ${index + 1}` }))
const numbered = messages.map((message, index) => ({ id: index + 1, ...message }))
const unavailable = { problem: 'unavailable', retryable: true }
const durable = ['--appendonly', 'yes', '--appendfsync', 'always']

const survivable: Record<string, (server: RedisServer) => Promise<void>> = {
  async 'does not respond for 3 s'(server) {
    server.pause()
    // This is longer than any call waits, so it is unknown whether pending calls succeed.
    await delay(3000)
    server.continue()
  },
  async 'crashes and is restarted'(server) {
    await server.kill()
    await delay(500)
    await server.start()
  },
}

describe('a Redis that', () => {
  test.for(Object.entries(survivable))('%s loses no message', async ([, happen]) => {
    await using server = await RedisServer.start(...durable)
    await using store = redisStore(await server.connect(), { lease: 60_000 })
    await using other = redisStore(await server.connect(), { lease: 60_000 })
    const id = crypto.randomUUID()
    const producer = await store.create(id)
    const readers = [store, other, other].map((from) => readInBackground(from.read(id, 0)))
    const producing = produce(producer, messages)
    await expect.poll(() => readers.every((reader) => reader.messages.length > 20)).toBe(true)
    await happen(server)
    await producing
    for (const reader of readers) {
      expect(await reader.ended).toBe('without error')
      expect(reader.messages).toEqual(numbered)
    }
  })

  test.for([
    ['crashes', (server: RedisServer) => server.kill()],
    ['stops responding', async (server: RedisServer) => server.pause()],
  ] as const)('%s for good ends all readers and calls in time', async ([, happen]) => {
    const lease = 1500
    await using server = await RedisServer.start()
    await using store = redisStore(await server.connect(), { lease })
    const id = crypto.randomUUID()
    const producer = await store.create(id)
    await producer.append(messages)
    const readers = [0, 100].map((after) => readInBackground(store.read(id, after)))
    await expect.poll(() => readers.every((reader) => reader.messages.length >= 100)).toBe(true)
    await producer.renew()
    await happen(server)
    const watch = startStopwatch()
    const within = async (promise: Promise<unknown>, ms: number): Promise<unknown> => {
      const value = await promise
      expect(watch.ms).toBeLessThan(ms)
      return value
    }
    const calls = [
      () => producer.append([{ data: 'x' }]),
      () => store.create(crypto.randomUUID()),
      () => store.find(id),
      () => store.stop(id),
      () => store.expire(id),
      () => store.read(id, 0)[Symbol.asyncIterator]().next(),
    ]
    await Promise.all([
      ...readers.map(async ({ ended }) => {
        expect(await within(ended, lease + 1000)).toMatchObject(unavailable)
      }),
      ...calls.map(async (call) => {
        const error = await within(caught(call()), 2500)
        expect(error).toBeInstanceOf(StreamStoreError)
        expect(error).toMatchObject(unavailable)
      }),
    ])
  })

  test('has lost everything ends readers with an error, and keeps new streams', async () => {
    await using server = await RedisServer.start()
    await using store = redisStore(await server.connect())
    const id = crypto.randomUUID()
    const producer = await store.create(id)
    await producer.append(messages)
    const reader = readInBackground(store.read(id, 0))
    await expect.poll(() => reader.messages.length === 200).toBe(true)
    await server.kill()
    await server.start()
    expect(await reader.ended).toMatchObject(unavailable)
    expect(await caught(producer.append([{ data: 'x' }]))).toMatchObject({ problem: 'finished' })
    expect(producer.stopped.aborted).toBe(false)
    const again = await store.create(id)
    await again.append([{ data: 'new' }])
    const next = readInBackground(store.read(id, 0))
    await again.finish('done')
    expect(await next.ended).toBe('without error')
    expect(next.messages).toEqual([{ id: 1, data: 'new' }])
  })

  test('has lost the last messages refuses others in their place', async () => {
    await using server = await RedisServer.start()
    const redis = await server.connect()
    await using store = redisStore(redis, { lease: 1000 })
    const id = crypto.randomUUID()
    const producer = await store.create(id)
    await producer.append(messages)
    // This can happen with an append-only file that is written once a second.
    await redis.xTrim(`vectrade:{${id}}:log`, 'MAXLEN', 0)
    await redis.hSet(`vectrade:{${id}}:meta`, 'length', 150)
    expect(await caught(producer.append([{ data: 'x' }]))).toMatchObject(unavailable)
    expect(await caught(producer.finish('done'))).toMatchObject(unavailable)
    expect(await readInBackground(store.read(id, 100)).ended).toMatchObject(unavailable)
  })

  test('does not respond lets a reader stop at once', async () => {
    await using server = await RedisServer.start()
    await using store = redisStore(await server.connect())
    const id = crypto.randomUUID()
    await store.create(id)
    const controller = new AbortController()
    const reader = readInBackground(store.read(id, 0, controller.signal))
    await delay(50)
    server.pause()
    await delay(600)
    const watch = startStopwatch()
    controller.abort()
    expect(await reader.ended).toBe('without error')
    // A reply of Redis would be waited for longer.
    expect(watch.ms).toBeLessThan(1000)
  })
})
