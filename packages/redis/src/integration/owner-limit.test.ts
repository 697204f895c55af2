import { createHandler, VecTrade } from '@vectrade/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redisStore } from '../index.ts'
import { type Instance, startInstance } from '../test-support/instance.ts'
import { type Client, RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'
import { startUpstream, type Upstream } from '../test-support/upstream.ts'

const lease = 4000
const maxStreams = 3

let server: RedisServer
let redis: Client
let upstream: Upstream
let instances: [Instance, Instance]
beforeAll(async () => {
  server = await RedisServer.start()
  redis = await server.connect()
  upstream = await startUpstream(1_000_000, 1)
  instances = [
    await startInstance(server.path, upstream.url, lease, maxStreams),
    await startInstance(server.path, upstream.url, lease, maxStreams),
  ]
}, startTimeout)
afterAll(async () => {
  await Promise.all(instances.map((instance) => instance[Symbol.asyncDispose]()))
  await upstream[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

function ask(at: number, user: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${instances[at % 2]?.port}/`, {
    method: 'POST',
    headers: { 'x-user': user },
    body: JSON.stringify({ prompt: `prompt of ${user}` }),
  })
}

const idOf = ({ headers }: Response): string => headers.get('x-vectrade-stream-id') ?? ''
const accepted = (responses: readonly Response[]): Response[] =>
  responses.filter(({ status }) => status === 200)

test('two processes together answer as many simultaneous requests as allowed', async () => {
  for (const user of ['ada', 'bob', '']) {
    const responses = await Promise.all(Array.from({ length: 40 }, (_, at) => ask(at, user)))
    expect(accepted(responses)).toHaveLength(maxStreams)
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(40 - maxStreams)
    expect(upstream.asked.get(`prompt of ${user}`)).toBe(maxStreams)
    const [first, ...others] = accepted(responses)
    if (!first) throw new Error('There are some')
    // A stream that is stopped, at either instance, makes room for another.
    const init = { method: 'DELETE', headers: { 'x-user': user } }
    const url = `http://127.0.0.1:${instances[0].port}/?stream=${idOf(first)}`
    expect((await fetch(url, init)).status).toBe(204)
    await expect.poll(async () => (await ask(1, user)).status).toBe(200)
    expect((await ask(0, user)).status).toBe(429)
    for (const { body } of others) await body?.cancel()
  }
})

test('streams of a killed instance count for a lease, those of another instance still count', async () => {
  const [, survivor] = instances
  const survivors = [await ask(1, 'eve'), await ask(1, 'eve')]
  const lost = await ask(0, 'eve')
  expect(accepted([...survivors, lost])).toHaveLength(maxStreams)
  expect((await ask(1, 'eve')).status).toBe(429)
  instances[0].child.kill('SIGKILL')
  await lost.text().catch(() => {})
  await expect.poll(async () => (await ask(1, 'eve')).status).toBe(200)
  expect((await ask(1, 'eve')).status).toBe(429)
  expect(survivor.child.exitCode).toBeNull()
})

test('while Redis is unreachable, each instance counts for itself', async () => {
  await using down = await RedisServer.start()
  const store = redisStore(await down.connect())
  const client = new VecTrade({ apiKey: 'vq_any_key', baseURL: upstream.url })
  const handler = createHandler({ client, store, maxStreamsPerOwner: 1 })
  const post = (): Request =>
    new Request('http://localhost/', { method: 'POST', body: '{"prompt":"down"}' })
  await down.kill()
  const first = await handler(post())
  expect([first.status, idOf(first)]).toEqual([200, ''])
  expect((await handler(post())).status).toBe(429)
  await first.body?.cancel()
  const next = await handler(post())
  expect(next.status).toBe(200)
  await next.body?.cancel()
  await store[Symbol.asyncDispose]()
})

test('no count is left in Redis after all streams have ended', async () => {
  await using store = redisStore(redis, { prefix: 'ended:', lease: 1000 })
  const options = { owner: 'ada', maxStreamsPerOwner: 5 }
  const finished = await store.create('finished', options)
  await finished.finish('done')
  await store.create('expired', options)
  await store.expire('expired')
  expect(await redis.exists('ended:running:ada')).toBe(0)
  await store.create('dead', options)
  expect(await redis.exists('ended:running:ada')).toBe(1)
  await expect.poll(() => redis.exists('ended:running:ada')).toBe(0)
})
