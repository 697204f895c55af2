import { createLiveHandler, decodeEventStream, type Handler } from '@vectrade/core'
import { type Client, RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'
import { seeded } from '@vectrade/test-kit/seeded'
import { delay } from '@vectrade/test-kit/delay'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { redisFeed, type RedisFeed } from '../index.ts'
import { ControlledClient, quote } from '../test-support/controlled-client.ts'

const seed = 20_261_129
const random = seeded(seed)

let server: RedisServer
let redis: Client
beforeAll(async () => {
  server = await RedisServer.start()
  redis = await server.connect()
}, startTimeout)
afterAll(() => server[Symbol.asyncDispose]())

const nvda = 'https://app.example/api/live?symbols=NVDA'

interface Instance {
  client: ControlledClient
  feed: RedisFeed
  handler: Handler
}

/** Starts an instance. It ends with its test, because it would lead the instances of the next one. */
function start(): Instance {
  const client = new ControlledClient()
  const feed = redisFeed(redis, { client, lease: 60_000 })
  onTestFinished(() => feed.close())
  return { client, feed, handler: createLiveHandler({ feed, heartbeat: 20 }) }
}

/** A reader that is sent to another instance after each cut. */
class Reader {
  readonly events: Record<string, unknown>[] = []
  cuts = 0
  isReading = false
  #lastEventId = ''

  /** Reads some messages from an instance. */
  async read({ handler }: Instance, symbols: string, count: number): Promise<void> {
    const url = `https://app.example/api/live?symbols=${symbols}`
    const headers = this.#lastEventId === '' ? {} : { 'last-event-id': this.#lastEventId }
    const { body } = await handler(new Request(url, { headers }))
    this.isReading = true
    let read = 0
    for await (const { id, data } of decodeEventStream(body as ReadableStream)) {
      this.#lastEventId = id ?? ''
      this.events.push(JSON.parse(data))
      read += 1
      if (read >= count) break
    }
    this.cuts += 1
  }
}

test(`readers that are sent from instance to instance lose and repeat nothing (seed ${seed})`, async () => {
  const instances = [start(), start(), start()]
  const [leader] = instances as [Instance]
  const symbols = ['NVDA', 'AMD', 'TSLA']
  // One reader of each symbol at another instance, so that each instance follows other symbols by itself.
  const readers = symbols.map((symbol) => ({ symbol, reader: new Reader() }))
  // The first one to read leads.
  const keeper = new Reader()
  const keeping = keeper.read(leader, symbols.join(','), 1500)
  await expect.poll(() => leader.client.open).toHaveLength(1)
  const reading = readers.map(async ({ symbol, reader }) => {
    while (reader.events.length < 500) {
      const instance = instances[Math.floor(random() * 3)] as Instance
      const count = Math.min(1 + Math.floor(random() * 30), 500 - reader.events.length)
      await reader.read(instance, symbol, count)
    }
  })
  // All readers are there before the first event.
  const all = [keeper, ...readers.map(({ reader }) => reader)]
  await expect.poll(() => all.every(({ isReading }) => isReading)).toBe(true)
  for (let price = 1; price <= 500; price += 1) {
    leader.client.open[0]?.send(...symbols.map((symbol) => quote(symbol, price)))
    if (price % 5 === 0) await delay(5)
  }
  await Promise.all(reading)
  await keeping
  for (const { symbol, reader } of readers) {
    expect(reader.cuts).toBeGreaterThan(15)
    expect(reader.events).toEqual(
      Array.from({ length: 500 }, (_, at) => ({
        type: 'quote.update',
        symbol,
        price: at + 1,
      })),
    )
  }
  expect(instances.flatMap(({ client }) => client.feeds)).toHaveLength(1)
})

test('an instance that closes its feed sends its readers to others, and takes no new ones', async () => {
  await redis.flushAll()
  const instance = start()
  const { body } = await instance.handler(new Request(nvda))
  await instance.feed.close()
  expect(await new Response(body).text()).toContain('"service_unavailable"')
  expect((await instance.handler(new Request(nvda))).status).toBe(503)
  expect(await instance.feed.closed).toEqual({ reason: 'closed' })
})

test('a channel that the feed does not bring is a 422', async () => {
  const { handler } = start()
  const response = await handler(new Request(`${nvda}&channels=news`))
  expect(response.status).toBe(422)
  expect(await response.text()).toContain('the channels are quotes')
})

test('readers of all instances are told that VecTrade cannot be reached', async () => {
  await redis.flushAll()
  const instances = [start(), start()] as const
  const [leader, follower] = instances
  const bodies = []
  for (const { handler } of instances) {
    const { status, body } = await handler(new Request(nvda))
    expect(status).toBe(200)
    bodies.push(body)
  }
  leader.client.open[0]?.become('reconnecting')
  for (const { feed } of instances) await expect.poll(() => feed.state).toBe('reconnecting')
  // It waits for 8 s.
  expect((await follower.handler(new Request(nvda))).status).toBe(503)
  // They are told after 10 s.
  for (const body of bodies) {
    expect(await new Response(body).text()).toContain('"service_unavailable"')
  }
  for (const upstream of leader.client.open) upstream.become('live')
  expect((await follower.handler(new Request(nvda))).status).toBe(200)
}, 60_000)

test('a cursor of an instance that is gone is valid on one that is new', async () => {
  await redis.flushAll()
  const first = start()
  const reader = new Reader()
  const reading = reader.read(first, 'NVDA', 2)
  await expect.poll(() => first.client.open).toHaveLength(1)
  first.client.feeds[0]?.send(quote('NVDA', 1), quote('NVDA', 2), quote('NVDA', 3))
  await reading
  await expect
    .poll(async () => (await redis.hGet('vectrade:{live}:latest', 'NVDA')) ?? '')
    .toMatch(/3}$/)
  await first.feed.close()
  const second = start()
  await reader.read(second, 'NVDA', 2)
  expect(reader.events).toEqual([
    quote('NVDA', 1),
    quote('NVDA', 2),
    quote('NVDA', 3),
    { type: 'gap', reason: 'upstream' },
  ])
})
