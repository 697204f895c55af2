/// <reference lib="esnext.disposable" preserve="true" />
import {
  ConfigurationError,
  type CreateStreamOptions,
  type Logger,
  type NumberedMessage,
  type StoredStream,
  type StreamProducer,
  type StreamStore,
  type StreamStoreLimits,
} from '@vectrade/core'
import {
  checkLogger,
  checkOptions,
  type Checks,
  millisecondsBetween,
  nameMethod,
  resolveStoreLimits,
} from '@vectrade/core/adapter'
import { checkPrefix, checkRedis } from './check-redis.ts'
import type { RedisConnection } from './connection.ts'
import { readStream } from './read-stream.ts'
import { RedisProducer } from './redis-producer.ts'
import { RedisStream, type StoreContext } from './redis-stream.ts'
import { createScriptRunner } from './script-runner.ts'
import { create, stop } from './scripts.ts'
import { WakeUps } from './wake-ups.ts'

/** The options of {@link redisStore}. */
export interface RedisStoreOptions extends StreamStoreLimits {
  /** The prefix of all keys and channels. It cannot contain braces. Default `vectrade:`. */
  prefix?: string | undefined
  /**
   * How often readers and producers ask Redis for changes, in ms, in case a wake-up got lost. From 1 to
   * 1000. Default 500.
   */
  pollInterval?: number | undefined
  /** Gets a warning when the connection that wakes readers is lost. Default: no logger. */
  logger?: Logger | undefined
}

/** `resolveStoreLimits` checks the limits. */
const ownChecks: Checks<Omit<RedisStoreOptions, keyof StreamStoreLimits>> = {
  prefix: checkPrefix,
  pollInterval: millisecondsBetween(500, 1, 1000),
  logger: checkLogger,
}

/**
 * Returns a store that keeps streams in Redis 6.2 or newer. Any number of server instances can share the
 * streams.
 *
 * The store keeps the events and the owner of a stream, but not the prompt. Redis removes them `timeToLive`
 * after the end of the stream. `expire(id)` deletes them at once.
 *
 * The caller owns the client: connect it, listen to its errors, and close it after the store. The store
 * opens and closes one more connection, for any number of readers. If Redis does not answer within 2 s, the
 * call fails with a `StreamStoreError` (`unavailable`).
 *
 * @throws ConfigurationError if the client is from another package or an option is invalid
 * @example
 * ```ts
 * import { redisStore } from '@vectrade/redis'
 * import { createClient } from 'redis'
 *
 * const redis = createClient({ url: 'redis://127.0.0.1:6379' })
 * redis.on('error', (error) => console.error(error))
 * await using store = redisStore(redis, { timeToLive: 60_000 })
 * console.log(store.lease) // 15000
 * ```
 */
export function redisStore(
  redis: RedisConnection,
  options: RedisStoreOptions = {},
): StreamStore & AsyncDisposable {
  return new RedisStore(redis, options)
}

class RedisStore implements StreamStore, AsyncDisposable {
  readonly #context: StoreContext

  constructor(redis: RedisConnection, options: RedisStoreOptions) {
    checkRedis('redis', redis)
    checkOptions(options, ownChecks)
    const { prefix = 'vectrade:', pollInterval = ownChecks.pollInterval.default, logger } = options
    const limits = resolveStoreLimits(options, { maxStreams: 100_000 })
    // Redis counts whole ms, in 64 bits.
    for (const name of Object.keys(limits) as (keyof typeof limits)[]) {
      limits[name] = Math.ceil(Math.min(limits[name], 2 ** 50))
    }
    const run = createScriptRunner(redis, limits)
    const wakeUps = new WakeUps(redis, prefix, logger)
    this.#context = { limits, prefix, pollInterval, run, wakeUps, open: new Set() }
    nameMethod<RedisStore>(this, 'asyncDispose', (store) => store.#close())
  }

  get lease(): number {
    return this.#context.limits.lease
  }

  async create(
    id: string,
    { owner = '', maxStreamsPerOwner }: CreateStreamOptions = {},
  ): Promise<StreamProducer> {
    const stream = this.#stream(id)
    if (stream === undefined) {
      throw new ConfigurationError('`id` must be 1 to 128 letters, digits, `-` or `_`')
    }
    const { lease, timeToLive, maxStreams } = this.#context.limits
    const life = lease + timeToLive
    const isCounted = maxStreamsPerOwner !== undefined
    const isNew =
      isCounted &&
      (await stream.begin(owner, lease, Math.min(maxStreamsPerOwner, Number.MAX_SAFE_INTEGER)))
    try {
      await stream.enlist(life, maxStreams)
      const token = crypto.randomUUID()
      const reply = await stream.run(create, token, owner, lease, life)
      const [length, stopAsked] = reply as [string, string | null]
      const countedFor = isCounted ? owner : undefined
      return new RedisProducer(stream, token, Number(length), stopAsked !== null, countedFor)
    } catch (error) {
      // Otherwise the new entry would count for a lease. A live stream with the same id still counts.
      if (isNew) await stream.end(owner).catch(() => {})
      throw error
    }
  }

  async find(id: string): Promise<StoredStream | undefined> {
    const page = await this.#stream(id)?.page(Number.MAX_SAFE_INTEGER, 1)
    return page ? { owner: page.owner, length: page.length, outcome: page.outcome } : undefined
  }

  read(id: string, after: number, signal?: AbortSignal): AsyncIterable<NumberedMessage> {
    const stream = this.#stream(id)
    return {
      [Symbol.asyncIterator]: () =>
        stream === undefined ? nothing() : readStream(stream, after, signal),
    }
  }

  async stop(id: string): Promise<void> {
    await this.#stream(id)?.run(stop)
  }

  async expire(id: string): Promise<void> {
    await this.#stream(id)?.expire()
  }

  /** Ends all readers without an error and closes the connection. Producers can still append and finish. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }

  async #close(): Promise<void> {
    const { open, wakeUps } = this.#context
    for (const leave of open) leave()
    await wakeUps.close()
  }

  /** Returns undefined if the id cannot be part of a key, because no stream has such an id. */
  #stream(id: string): RedisStream | undefined {
    return /^[\w-]{1,128}$/.test(id) ? new RedisStream(this.#context, id) : undefined
  }
}

async function* nothing(): AsyncGenerator<NumberedMessage, undefined> {}
