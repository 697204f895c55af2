import { type LiveChannel, type Logger, StreamStoreError, type VecTrade } from '@vectrade/core'
import { warn } from '@vectrade/core/adapter'
import type { RedisConnection } from './connection.ts'
import { createScriptCaller, type ScriptRunner } from './script-runner.ts'
import type { Script } from './scripts.ts'
import { WakeUps } from './wake-ups.ts'

/** The options of a feed, with their defaults. */
export interface FeedSettings {
  readonly client: Pick<VecTrade, 'live'>
  readonly channels: readonly LiveChannel[]
  readonly prefix: string
  readonly lease: number
  readonly maxEvents: number
  readonly logger: Logger | undefined
}

/** How long to wait before the next attempt after a failure, and for a wake-up that may have got lost, in ms. */
export const pollInterval = 500

/** What the parts of a feed share: its settings, and its place in Redis. */
export class FeedContext {
  readonly settings: FeedSettings
  readonly channel: string
  readonly wakeUps: WakeUps
  readonly #call: ScriptRunner
  readonly #keys: string[]
  #hasWarned = false

  constructor(redis: RedisConnection, settings: FeedSettings) {
    const { prefix, logger } = settings
    this.settings = settings
    // No stream of a store has a channel with braces. In a cluster, they keep the keys on one node.
    this.channel = `${prefix}{live}`
    this.wakeUps = new WakeUps(redis, prefix, logger)
    this.#call = createScriptCaller(redis)
    const names = ['state', 'events', 'latest', 'since', 'wishes', 'instances']
    this.#keys = names.map((name) => `${this.channel}:${name}`)
  }

  /** Runs a script on the keys of the feed. @throws StreamStoreError if Redis does not answer in time */
  async run(
    script: Script,
    parameters: readonly (string | number)[],
    ms?: number,
  ): Promise<unknown> {
    const reply = await this.#call(script, this.#keys, parameters, ms)
    this.#hasWarned = false
    return reply
  }

  /** Logs the first failure of an outage. @throws the error if another attempt cannot help */
  tolerate(error: unknown): void {
    if (!(error instanceof StreamStoreError)) throw error
    if (this.#hasWarned) return
    this.#hasWarned = true
    warn(
      this.settings.logger,
      `The live feed cannot use Redis, and tries again. ${error.message}`,
      {
        event: 'live.failed',
      },
    )
  }
}
