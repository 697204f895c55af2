/// <reference lib="esnext.disposable" preserve="true" />
import {
  type LiveChannel,
  type LiveEvent,
  type LiveFeedLike,
  type LiveState,
  type Logger,
  type ReplayProblem,
  type SharedReplay,
  StreamConsumedError,
  type VecTrade,
} from '@vectrade/core'
import {
  checkChannels,
  checkClient,
  checkLogger,
  checkOptions,
  type Checks,
  checkSymbols,
  millisecondsBetween,
  nameMethod,
  PullIterator,
  wholeNumberBetween,
} from '@vectrade/core/adapter'
import { checkPrefix, checkRedis } from './check-redis.ts'
import type { RedisConnection } from './connection.ts'
import { FeedContext } from './feed-context.ts'
import { FeedMember } from './feed-member.ts'
import { FeedReader } from './feed-reader.ts'
import { readReplay } from './feed-replay.ts'
import type { FeedName } from './feed-term.ts'

/** The options of {@link redisFeed}. */
export interface RedisFeedOptions {
  /** The client that connects to VecTrade with your key, as long as this instance leads. */
  client: Pick<VecTrade, 'live'>
  /** What the feed brings. Must be the same on all instances. Default `['quotes']`. */
  channels?: readonly LiveChannel[] | undefined
  /**
   * The prefix of all keys and channels. Instances with the same prefix share one feed. It cannot contain braces.
   * Default `vectrade:`.
   */
  prefix?: string | undefined
  /**
   * After this time without a sign of life, in ms, another instance takes over. From 1000 to 60 000. Must be the same on
   * all instances. Default 5000.
   */
  lease?: number | undefined
  /**
   * How many events Redis keeps for readers that come back, and for instances that were cut off. It may keep some more.
   * From 100 to 1 000 000. Default 10 000.
   */
  maxEvents?: number | undefined
  /** Gets a warning when Redis or VecTrade cannot be reached. Default: no logger. */
  logger?: Logger | undefined
}

/** The live data that all instances share. */
export interface RedisFeed extends LiveFeedLike, AsyncDisposable {
  /** What it brings: the option `channels`. */
  readonly channels: readonly LiveChannel[]
  /**
   * `live` if Redis answers, and the instance that leads is connected to VecTrade for everything that this instance
   * follows. An instance learns of a change at its next sign of life or before.
   */
  readonly state: LiveState
  /** Resolves when the feed has ended on this instance. If it has failed, reading it throws the error. */
  readonly closed: Promise<{ reason: 'closed' | 'failed' }>
  /** The id of the last event that was read. It is valid on every instance. Empty before the first one. */
  readonly lastEventId: string
  /** Follows more symbols on this instance. The latest known quotes come first. */
  add(symbols: readonly string[]): void
  /** Follows these symbols no longer on this instance. */
  remove(symbols: readonly string[]): void
  /**
   * Returns the events after an id, whichever instance has received them, and the latest quotes. They end with the last
   * event that the reader of this feed has used. The feed itself brings the later ones. If some events are missing,
   * returns the reason instead. Works only while the feed is read. `createLiveHandler` calls it for readers that come
   * back.
   *
   * If the id comes from an instance that is ahead of this one, this one catches up first.
   *
   * @param symbols those whose quotes are wanted. Follow them first.
   * @param limit the most events. If there are more, the reason is `expired`. Default: no limit.
   * @throws StreamStoreError if Redis does not answer, or this instance makes no progress for 2 s
   */
  replay(
    after: string,
    symbols: readonly string[],
    limit?: number,
  ): Promise<SharedReplay | ReplayProblem>
  /** Ends the feed on this instance. If it leads, another instance takes over at once. */
  close(): Promise<void>
}

const checks: Checks<RedisFeedOptions> = {
  client: checkClient('live', 'subscribe'),
  channels: checkChannels,
  prefix: checkPrefix,
  lease: millisecondsBetween(5000, 1000, 60_000),
  maxEvents: wholeNumberBetween(10_000, 100, 1_000_000),
  logger: checkLogger,
}

/**
 * Returns live data that any number of server instances share. Pass it as the `feed` of `createLiveHandler`.
 *
 * One instance is connected to VecTrade, and writes the events to Redis 6.2 or newer. All instances read them there. So
 * they need no more connections than one instance does. If that instance ends or hangs, another one takes over within
 * `lease` plus one second. All readers then get a `gap`, because events may be missing. Event ids are valid on every
 * instance.
 *
 * The feed starts when it is read. It can be read once, with `for await`. Leaving the loop closes it. The caller owns
 * the client of Redis: connect it, listen to its errors, and close it after the feed. The feed opens and closes one
 * more connection.
 *
 * @throws ConfigurationError if the client is from another package or an option is invalid
 * @example
 * ```ts
 * import { VecTrade } from '@vectrade/core'
 * import { redisFeed } from '@vectrade/redis'
 * import { createClient } from 'redis'
 *
 * const redis = createClient({ url: 'redis://127.0.0.1:6379' })
 * redis.on('error', (error) => console.error(error))
 * await using feed = redisFeed(redis, { client: new VecTrade({ apiKey: 'vq_example' }) })
 * feed.add(['NVDA'])
 * feed.lastEventId // ''
 * ```
 */
export function redisFeed(redis: RedisConnection, options: RedisFeedOptions): RedisFeed {
  return new Feed(redis, options)
}

class Feed implements RedisFeed {
  readonly channels: readonly LiveChannel[]
  readonly closed: RedisFeed['closed']
  #onClosed: ((end: { reason: 'closed' | 'failed' }) => void) | undefined
  readonly #context: FeedContext
  readonly #symbols = new Set<string>()
  readonly #member: FeedMember
  readonly #reader: FeedReader
  #isUsed = false
  #closing: Promise<void> | undefined

  constructor(redis: RedisConnection, options: RedisFeedOptions) {
    checkRedis('redis', redis)
    checkOptions(options, checks)
    const { client, prefix = 'vectrade:', logger, channels = ['quotes'] } = options
    this.channels = channels
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve
    })
    // The only option without a default.
    checks.client('client', client)
    this.#context = new FeedContext(redis, {
      client,
      prefix,
      logger,
      channels,
      lease: Math.ceil(options.lease ?? checks.lease.default),
      maxEvents: options.maxEvents ?? checks.maxEvents.default,
    })
    const onFailure = (error: unknown): void => {
      this.#reader.close({ error })
      this.#onClosed?.({ reason: 'failed' })
      void this.close()
    }
    const onLeave = (): Promise<void> => this.close()
    this.#reader = new FeedReader(this.#context, this.#symbols, { onLeave, onFailure })
    const onForgotten = (): void => this.#reader.interrupt()
    this.#member = new FeedMember(this.#context, this.#symbols, { onForgotten, onFailure })
    nameMethod<Feed>(this, 'asyncDispose', (feed) => feed.close())
    nameMethod<Feed>(this, 'asyncIterator', (feed) => feed.#iterate())
  }

  get lastEventId(): string {
    return this.#reader.lastEventId
  }

  get state(): LiveState {
    if (this.#closing !== undefined) return 'closed'
    const names: FeedName[] = []
    // Without symbols, no quotes are wanted, and the leader may not be connected for them.
    if (this.channels.includes('quotes') && this.#symbols.size > 0) names.push('quotes')
    if (this.channels.some((channel) => channel !== 'quotes')) names.push('others')
    if (this.#member.isConnected(names)) return 'live'
    return this.#member.wasConnected ? 'reconnecting' : 'connecting'
  }

  add(symbols: readonly string[]): void {
    checkSymbols('symbols', symbols)
    const added = symbols.filter((symbol) => !this.#symbols.has(symbol))
    for (const symbol of added) this.#symbols.add(symbol)
    this.#reader.add(added)
    this.#member.change()
  }

  remove(symbols: readonly string[]): void {
    checkSymbols('symbols', symbols)
    for (const symbol of symbols) this.#symbols.delete(symbol)
    this.#reader.remove(symbols)
    this.#member.change()
  }

  async replay(
    after: string,
    symbols: readonly string[],
    limit = Infinity,
  ): Promise<SharedReplay | ReplayProblem> {
    checkSymbols('symbols', symbols)
    // A reader that continues has these quotes, or gets them with the others.
    const skipped = this.#reader.skipLatest(symbols)
    let result: SharedReplay | ReplayProblem = 'unknown'
    try {
      result = await readReplay(this.#context, { after, symbols, limit }, this.#reader)
      return result
    } finally {
      if (typeof result === 'string') this.#reader.add(skipped)
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<LiveEvent, undefined> {
    return this.#iterate()
  }

  #iterate(): AsyncIterator<LiveEvent, undefined> {
    if (this.#isUsed) {
      throw new StreamConsumedError('A feed can be read once: this one is already used')
    }
    this.#isUsed = true
    if (this.#closing === undefined) {
      this.#reader.start()
      this.#member.start()
    }
    return new PullIterator(this.#reader)
  }

  async #close(): Promise<void> {
    this.#onClosed?.({ reason: 'closed' })
    this.#reader.close()
    await this.#member.close()
    await this.#context.wakeUps.close()
  }
}
