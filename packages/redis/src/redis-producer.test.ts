import type { StoredMessage } from '@vectrade/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisConnection, redisStore } from './index.ts'
import { caught, collect } from './test-support/collect.ts'
import { intercepted } from './test-support/intercepted.ts'
import { type Client, RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'

let server: RedisServer
let redis: Client
beforeAll(async () => {
  server = await RedisServer.start()
  redis = await server.connect()
}, startTimeout)
afterAll(() => server[Symbol.asyncDispose]())

const limits = { maxEvents: 100_000, lease: 1000 }
const newId = (): string => crypto.randomUUID()
const messages = (count: number): StoredMessage[] =>
  Array.from({ length: count }, (_, index) => ({ event: 'e', data: `№ ${index + 1}` }))
const numbered = (count: number): object[] =>
  messages(count).map((message, index) => Object.assign(message, { id: index + 1 }))

/** A client that fails the calls numbered `failing`, from 1. If `isDone`, Redis still runs the script. */
function flaky(failing: number[], isDone: boolean, error: Error): RedisConnection {
  let calls = 0
  return intercepted(redis, async (run) => {
    calls += 1
    const isFailing = failing.includes(calls)
    const reply = isFailing && !isDone ? undefined : await run()
    if (isFailing) throw error
    return reply
  })
}

const reset = new Error('Socket closed unexpectedly')

// A stream's first calls are `enlist` and `create`; 5,000 messages are ten slices.
test.for([true, false])(
  'an append that fails halfway is completed by the next one, without repeated messages (Redis ran the script: %j)',
  async (isDone) => {
    await using store = redisStore(flaky([5, 9, 14], isDone, reset), limits)
    await using other = redisStore(redis, limits)
    const id = newId()
    const producer = await store.create(id)
    for (const count of [5000, 5000, 6000]) {
      expect(await caught(producer.append(messages(count)))).toMatchObject({
        problem: 'unavailable',
      })
      expect((await other.find(id))?.length).toBe(0)
      // A sign of life adds none of these messages to the stream.
      await producer.renew()
      expect((await other.find(id))?.length).toBe(0)
    }
    await producer.append(messages(6000))
    await producer.finish('done')
    expect(await collect(other.read(id, 0))).toEqual(numbered(6000))
    const bytes = messages(6000).reduce((sum, { data }) => sum + 1 + Buffer.byteLength(data), 0)
    expect(await redis.hGet(`vectrade:{${id}}:meta`, 'bytes')).toBe(String(bytes))
  },
)

test("a dead producer's unfinished append is not part of its successor's stream", async () => {
  await using store = redisStore(flaky([6], false, reset), limits)
  await using other = redisStore(redis, limits)
  const id = newId()
  const dead = await store.create(id)
  await dead.append([{ data: 'first' }])
  await caught(dead.append(messages(5000)))
  expect(await redis.xLen(`vectrade:{${id}}:log`)).toBe(1001)
  await expect.poll(() => caught(other.create(id))).toBeUndefined()
  expect(await caught(dead.append(messages(5000)))).toMatchObject({ problem: 'superseded' })
  const meta = await redis.hGetAll(`vectrade:{${id}}:meta`)
  expect(meta).toMatchObject({ length: '1', bytes: '5' })
  expect(await redis.xLen(`vectrade:{${id}}:log`)).toBe(1)
})

test('a successor appends after the last complete append', async () => {
  await using store = redisStore(flaky([5], false, reset), limits)
  await using other = redisStore(redis, limits)
  const id = newId()
  await caught((await store.create(id)).append(messages(5000)))
  await new Promise((resolve) => setTimeout(resolve, limits.lease + 50))
  const successor = await other.create(id)
  await successor.append([{ data: 'new' }])
  await successor.finish('done')
  expect(await collect(store.read(id, 0))).toEqual([{ id: 1, data: 'new' }])
})

test('a cluster that does not know the node of a stream is an unreachable Redis', async () => {
  const unknownNode = new TypeError("Cannot read properties of undefined (reading 'master')")
  await using store = redisStore(flaky([3], false, unknownNode), limits)
  const producer = await store.create(newId())
  const error = await caught(producer.append(messages(1)))
  expect(error).toMatchObject({ code: 'stream_store_error', problem: 'unavailable' })
})

test('a programming error is thrown unchanged, not as an unreachable Redis', async () => {
  const mistake = new RangeError('Maximum call stack size exceeded')
  await using store = redisStore(flaky([3, 4, 5], false, mistake), limits)
  const producer = await store.create(newId())
  expect(await caught(producer.append(messages(1)))).toBe(mistake)
  expect(await caught(producer.renew())).toBe(mistake)
  expect(await caught(store.read(newId(), 0)[Symbol.asyncIterator]().next())).toBe(mistake)
})

test('a producer that was given up no longer asks Redis', async () => {
  let calls = 0
  const counting = intercepted(redis, (run) => {
    calls += 1
    return run()
  })
  await using store = redisStore(counting, limits)
  await store.create(newId())
  const counts: number[] = []
  // It asks every 500 ms, for two leases of 1000 ms.
  await expect
    .poll(() => counts.push(calls) && counts.length > 4 && counts.at(-1) === counts.at(-4), {
      interval: 1000,
    })
    .toBe(true)
  expect(calls).toBeGreaterThan(2)
})
