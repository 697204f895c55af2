import type { Logger } from '@vectrade/core'
import { warn } from '@vectrade/core/adapter'
import type { RedisConnection, RedisSubscriber } from './connection.ts'

type Listener = (message: string) => void

/**
 * What instances tell each other of streams: one connection for all of them, opened when the first
 * is listened to. It only saves time: who listens polls as well, for a message may be lost.
 */
export class WakeUps {
  readonly #redis: RedisConnection
  readonly #prefix: string
  readonly #logger: Logger | undefined
  readonly #listeners = new Map<string, Set<Listener>>()
  #isClosed = false
  #subscriber: RedisSubscriber | undefined
  #connecting: Promise<RedisSubscriber> | undefined

  constructor(redis: RedisConnection, prefix: string, logger: Logger | undefined) {
    this.#redis = redis
    this.#prefix = prefix
    this.#logger = logger
  }

  /** Gives what ends it. */
  listen(channel: string, listener: Listener): () => void {
    let listeners = this.#listeners.get(channel)
    if (listeners === undefined) {
      listeners = new Set()
      this.#listeners.set(channel, listeners)
      this.#tell(async (subscriber) => {
        await subscriber.subscribe(channel, this.#heard)
        // What was published before came to nobody.
        this.#heard('', channel)
      })
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return
      this.#listeners.delete(channel)
      this.#tell((subscriber) => subscriber.unsubscribe(channel, this.#heard))
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#subscriber?.destroy()
  }

  readonly #heard = (message: unknown, channel: unknown): void => {
    for (const listener of this.#listeners.get(String(channel)) ?? []) listener(String(message))
  }

  #tell(order: (subscriber: RedisSubscriber) => Promise<unknown>): void {
    if (this.#isClosed) return
    const connecting = (this.#connecting ??= this.#connect())
    connecting
      .catch((error: unknown) => {
        // The next one tries again.
        if (this.#connecting === connecting) this.#connecting = undefined
        throw error
      })
      .then(order)
      // Without it, the channel is polled.
      .catch(() => {})
  }

  async #connect(): Promise<RedisSubscriber> {
    // A cluster's would connect to all nodes.
    const subscriber = this.#redis.duplicate({ minimizeConnections: true })
    this.#subscriber = subscriber
    let told = false
    subscriber.on('ready', () => (told = false))
    subscriber.on('error', () => {
      if (told) return
      told = true
      const what = 'Redis cannot wake readers until it is connected again: streams are polled'
      warn(this.#logger, what)
    })
    await subscriber.connect()
    // A cluster's closes its connection with the last subscription, and loses the next one by that.
    await subscriber.subscribe(this.#prefix, () => {}).catch(() => {})
    return subscriber
  }
}
