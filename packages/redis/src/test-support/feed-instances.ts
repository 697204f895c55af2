import { expect } from 'vitest'
import { type RedisConnection, redisFeed, type RedisFeed, type RedisFeedOptions } from '../index.ts'
import { ControlledClient } from './controlled-client.ts'
import { type FeedReading, readFeed } from './read-feed.ts'

/** An instance that reads a feed in the background. */
export interface FeedInstance extends FeedReading {
  client: ControlledClient
  feed: RedisFeed
}

/** The instances of one test. */
export class FeedInstances {
  readonly all: FeedInstance[] = []
  readonly #redis: RedisConnection

  constructor(redis: RedisConnection) {
    this.#redis = redis
  }

  /** Starts an instance that follows symbols. */
  start(symbols: string[], options: Partial<RedisFeedOptions> = {}): FeedInstance {
    const client = new ControlledClient()
    const feed = redisFeed(this.#redis, { client, lease: 10_000, ...options })
    feed.add(symbols)
    const instance = { client, feed, ...readFeed(feed) }
    this.all.push(instance)
    return instance
  }

  /** Starts an instance, and waits until it leads and follows its symbols. */
  async startLeader(
    symbols: string[],
    options: Partial<RedisFeedOptions> = {},
  ): Promise<FeedInstance> {
    const leader = this.start(symbols, options)
    await expect.poll(() => leader.client.open).toHaveLength(1)
    await expect.poll(() => leader.feed.lastEventId).not.toBe('')
    return leader
  }

  /** Starts an instance that does not lead, and waits until the leader follows its symbols. */
  async startFollower(symbols: string[], leader: FeedInstance): Promise<FeedInstance> {
    const follower = this.start(symbols)
    await expect
      .poll(() => [...(leader.client.open[0]?.symbols ?? [])])
      .toEqual(expect.arrayContaining(symbols))
    await expect.poll(() => follower.feed.lastEventId).not.toBe('')
    return follower
  }

  /** Closes all. */
  async close(): Promise<void> {
    await Promise.all(this.all.map(({ feed }) => feed.close()))
  }
}
