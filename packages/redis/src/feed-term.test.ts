import {
  AuthenticationError,
  ConfigurationError,
  type NewsEvent,
  QuotaExceededError,
  RequestAbortedError,
  ServerError,
  ValidationError,
} from '@vectrade/core'
import { type Client, RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { quote } from './test-support/controlled-client.ts'
import { FeedInstances } from './test-support/feed-instances.ts'

const gap = { type: 'gap', reason: 'upstream' }

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

test('a leader that closes lets another one lead at once, and its first event is a gap', async () => {
  const leader = await instances.startLeader(['NVDA'])
  const follower = await instances.startFollower(['NVDA', 'AMD'], leader)
  leader.client.feeds[0]?.send(quote('NVDA', 1))
  await expect.poll(() => follower.events).toHaveLength(1)
  await leader.feed.close()
  expect(leader.client.open).toEqual([])
  expect(await leader.ended).toBe('without error')
  // Without the message of the leader, this would take the lease.
  await expect.poll(() => follower.client.open, { timeout: 9_000 }).toHaveLength(1)
  expect(follower.client.feeds[0]?.symbols).toEqual(new Set(['NVDA', 'AMD']))
  follower.client.feeds[0]?.send(quote('NVDA', 2))
  const expected = [quote('NVDA', 1), gap, quote('NVDA', 2)]
  await expect.poll(() => follower.events).toEqual(expected)
})

test('a leader passes on gaps of the upstream, without ids of the upstream', async () => {
  const leader = await instances.startLeader(['NVDA'])
  leader.client.feeds[0]?.send({ type: 'gap', reason: 'expired', since: 'theirs', dropped: 2 })
  const event = { type: 'gap', reason: 'expired', dropped: 2 }
  await expect.poll(() => leader.events).toEqual([event])
})

test('a leader brings all alerts and news, and events of unknown types', async () => {
  const leader = instances.start(['NVDA'], { channels: ['news', 'quotes', 'alerts'] })
  await expect.poll(() => leader.client.open).toHaveLength(2)
  const [others] = leader.client.feeds
  expect(others?.channels).toEqual(['news', 'alerts'])
  expect(others?.symbols).toEqual(new Set())
  const news: NewsEvent = { type: 'news.published', id: '1', title: 't', symbols: ['OTHER'] }
  const data = { type: 'halt', symbol: 'NVDA' }
  others?.send(news, { type: 'unknown', content: '', wireType: 'halt', data })
  const unknown = { type: 'unknown', content: '', wireType: 'halt', data }
  await expect.poll(() => leader.events).toEqual([news, unknown])
})

test('a leader connects again if VecTrade could not be reached, after a gap', async () => {
  const warnings: string[] = []
  const logger = { warn: (message: string) => warnings.push(message) }
  const leader = await instances.startLeader(['NVDA'], { lease: 3000, logger })
  const down = { message: 'Down', type: 'server_error', retryable: true } as const
  leader.client.feeds[0]?.fail(new ServerError(down))
  await expect.poll(() => leader.client.feeds.length).toBe(2)
  leader.client.feeds[1]?.send(quote('NVDA', 1))
  await expect.poll(() => leader.events).toEqual([gap, quote('NVDA', 1)])
  expect(warnings).toEqual([
    'The live feed is disconnected (server_error), and tries again in 3000 ms',
  ])
})

test.for([
  new QuotaExceededError({ message: 'Used up' }),
  new ValidationError({ message: 'Too many symbols' }),
  new ConfigurationError('`apiKey` has failed'),
])('a leader connects again after a failure that may pass: %s', async (error) => {
  const leader = await instances.startLeader(['NVDA'], { lease: 1000 })
  await expect.poll(() => leader.feed.state).toBe('live')
  leader.client.feeds[0]?.fail(error)
  await expect.poll(() => leader.client.feeds.length).toBe(2)
  leader.client.feeds[1]?.send(quote('NVDA', 1))
  await expect.poll(() => leader.events).toEqual([gap, quote('NVDA', 1)])
})

test('the quotes follow new symbols also while the news cannot reach VecTrade', async () => {
  const leader = instances.start(['NVDA'], { channels: ['news', 'quotes'], lease: 60_000 })
  await expect.poll(() => leader.client.open).toHaveLength(2)
  const [news, quotes] = leader.client.feeds
  news?.fail(new ServerError({ message: 'Down', type: 'server_error', retryable: true }))
  await expect.poll(() => leader.events).toEqual([gap])
  leader.feed.add(['AMD'])
  await expect.poll(() => quotes?.symbols).toEqual(new Set(['NVDA', 'AMD']))
  expect(leader.client.feeds).toHaveLength(2)
})

test.for([
  new AuthenticationError({ message: 'No' }),
  new RequestAbortedError('The client was closed'),
])('a leader fails for good, and another one takes over: %s', async (error) => {
  const leader = await instances.startLeader(['NVDA'])
  const follower = await instances.startFollower(['NVDA'], leader)
  leader.client.feeds[0]?.fail(error)
  expect(await leader.ended).toBe(error)
  await expect.poll(() => follower.client.open, { timeout: 9_000 }).toHaveLength(1)
})

test('a leader that finds something else than events in Redis fails, and gives its connection up', async () => {
  const leader = await instances.startLeader(['NVDA'])
  await redis.xAdd('vectrade:{live}:events', '*', { e: '{' })
  await redis.publish('vectrade:{live}', '')
  expect(await leader.ended).toBeInstanceOf(SyntaxError)
  expect(await leader.feed.closed).toEqual({ reason: 'failed' })
  expect(leader.feed.state).toBe('closed')
  expect(leader.client.open).toEqual([])
})

test('all instances know whether the leader is connected', async () => {
  const leader = await instances.startLeader(['NVDA'])
  const follower = await instances.startFollower(['NVDA'], leader)
  const states = (): string[] => [leader, follower].map(({ feed }) => feed.state)
  await expect.poll(states).toEqual(['live', 'live'])
  leader.client.feeds[0]?.become('reconnecting')
  await expect.poll(states).toEqual(['reconnecting', 'reconnecting'])
  leader.client.feeds[0]?.become('live')
  await expect.poll(states).toEqual(['live', 'live'])
  await follower.feed.close()
  expect(follower.feed.state).toBe('closed')
})

test('without symbols, an instance does not wait for quotes. With a symbol, it does', async () => {
  const leader = instances.start([])
  await expect.poll(() => leader.feed.state).toBe('live')
  leader.feed.add(['NVDA'])
  expect(leader.feed.state).toBe('connecting')
  await expect.poll(() => leader.feed.state).toBe('live')
  expect(leader.client.open).toHaveLength(1)
})

test('a leader fails if its client has no key', async () => {
  const error = new ConfigurationError('No key')
  const subscribe = (): never => {
    throw error
  }
  const { ended } = instances.start(['NVDA'], { client: { live: { subscribe } } as never })
  expect(await ended).toBe(error)
})
