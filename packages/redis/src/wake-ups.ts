import type { Logger } from '@vectrade/core'
import { warn } from '@vectrade/core/adapter'
import type { RedisConnection, RedisSubscriber } from './connection.ts'

type Listener = (message: string) => void

/**
 * The notifications that instances send each other about changes of streams and of the feed. All of them share one
 * connection, which is opened for the first listener.
 *
 * Notifications only save time. They can get lost, so listeners also poll.
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

  /** Calls the listener for each message on the channel. Returns a function that ends this. */
  listen(channel: string, listener: Listener): () => void {
    let listeners = this.#listeners.get(channel)
    if (listeners === undefined) {
      listeners = new Set()
      this.#listeners.set(channel, listeners)
      this.#withSubscriber(async (subscriber) => {
        await subscriber.subscribe(channel, this.#notify)
        // Messages that were published before the subscription are lost, so listeners check once.
        this.#notify('', channel)
      })
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return
      this.#listeners.delete(channel)
      this.#withSubscriber((subscriber) => subscriber.unsubscribe(channel, this.#notify))
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    try {
      await this.#subscriber?.destroy()
    } catch {
      // Before redis 6.3, this throws if the connection is already closed.
    }
  }

  readonly #notify = (message: unknown, channel: unknown): void => {
    for (const listener of this.#listeners.get(String(channel)) ?? []) listener(String(message))
  }

  #withSubscriber(action: (subscriber: RedisSubscriber) => Promise<unknown>): void {
    if (this.#isClosed) return
    const connecting = (this.#connecting ??= this.#connect())
    connecting
      .catch((error: unknown) => {
        // The next call tries again.
        if (this.#connecting === connecting) this.#connecting = undefined
        throw error
      })
      .then(action)
      // Without a subscription, listeners only poll.
      .catch(() => {})
  }

  async #connect(): Promise<RedisSubscriber> {
    // Without this option, the client of a cluster would connect to all nodes.
    const subscriber = this.#redis.duplicate({ minimizeConnections: true })
    this.#subscriber = subscriber
    let hasWarned = false
    subscriber.on('ready', () => (hasWarned = false))
    subscriber.on('error', () => {
      if (hasWarned) return
      hasWarned = true
      const message = 'The connection that wakes readers is lost. Until it is back, Redis is polled'
      warn(this.#logger, message, { event: 'store.failed' })
    })
    await subscriber.connect()
    // The client of a cluster closes its connection with the last subscription, and then loses the next
    // one. This subscription keeps the connection open.
    await subscriber.subscribe(this.#prefix, () => {}).catch(() => {})
    return subscriber
  }
}
