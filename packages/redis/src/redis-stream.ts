import type { NumberedMessage, StreamOutcome } from '@vectrade/core'
import type { ResolvedLimits } from '@vectrade/core/adapter'
import type { ScriptRunner } from './script-runner.ts'
import { enlist, expire, read, type Script, delist } from './scripts.ts'
import type { WakeUps } from './wake-ups.ts'

/** The parts of a store that all of its streams share. */
export interface StoreContext {
  readonly limits: ResolvedLimits
  readonly prefix: string
  readonly pollInterval: number
  readonly run: ScriptRunner
  readonly wakeUps: WakeUps
  /** Functions that end readers and detach producers when the store is closed. */
  readonly open: Set<() => void>
}

/** The state of a stream at one moment, with some of its messages. */
export interface Page {
  owner: string
  length: number
  outcome: StreamOutcome | undefined
  /** The ms after which its producer counts as dead, unless it shows a sign of life. */
  aliveFor: number
  /** Identifies the current producer. */
  token: string
  stopAsked: boolean
  messages: NumberedMessage[]
}

type Entry = [id: string, fields: [e: 'e', event: string, d: 'd', data: string]]
type Reply = [string, number, StreamOutcome | null, number, string, string | null, Entry[]]

/** A stream in Redis. Its id must be valid as a part of a key. */
export class RedisStream {
  readonly context: StoreContext
  readonly #id: string
  readonly #keys: string[]
  readonly #channel: string
  readonly #list: string
  readonly #running: string

  constructor(context: StoreContext, id: string) {
    const { prefix } = context
    this.context = context
    this.#id = id
    // A cluster selects the node by the part in braces, so both keys are on the same node.
    this.#keys = [`${prefix}{${id}}:meta`, `${prefix}{${id}}:log`]
    this.#channel = `${prefix}${id}`
    this.#list = `${prefix}streams`
    this.#running = `${prefix}running:`
  }

  /** Runs a script on the keys of this stream. The first argument is the channel. */
  run(script: Script, ...parameters: readonly (string | number)[]): Promise<unknown> {
    return this.context.run(script, this.#keys, [this.#channel, ...parameters])
  }

  listen(listener: (message: string) => void): () => void {
    return this.context.wakeUps.listen(this.#channel, listener)
  }

  /**
   * Returns at most `count` messages after position `after`. Returns undefined if there is no such stream
   * and null if `expire` has deleted it.
   */
  async page(after: number, count: number, ms?: number): Promise<Page | null | undefined> {
    const first = `${Math.min(after, Number.MAX_SAFE_INTEGER - 1) + 1}-0`
    const reply = await this.context.run(read, this.#keys, [first, count], ms)
    if (!Array.isArray(reply)) return reply === 0 ? null : undefined
    const [owner, length, outcome, aliveFor, token, stop, entries] = reply as unknown as Reply
    const messages = entries.map(([entry, [, event, , data]]) => {
      const id = Number.parseInt(entry, 10)
      return event === '' ? { id, data } : { id, event, data }
    })
    const stopAsked = stop !== null
    return { owner, length, outcome: outcome ?? undefined, aliveFor, token, stopAsked, messages }
  }

  /**
   * Counts it among the streams of the store for `ms`.
   *
   * @throws StreamStoreError if there are too many
   */
  async enlist(ms: number, maxStreams: number = Number.MAX_SAFE_INTEGER): Promise<void> {
    await this.context.run(enlist, [this.#list], [this.#id, ms, maxStreams, 'maxStreams'])
  }

  /**
   * Counts it among the owner's running streams for `ms`. Returns whether it was not counted before.
   *
   * @throws StreamStoreError if there are too many
   */
  async begin(owner: string, ms: number, max: number = Number.MAX_SAFE_INTEGER): Promise<boolean> {
    const parameters = [this.#id, ms, max, 'maxStreamsPerOwner']
    const reply = await this.context.run(enlist, [this.#running + owner], parameters)
    return (reply as [number])[0] === 1
  }

  /** Removes it from the owner's running streams. */
  async end(owner: string): Promise<void> {
    await this.context.run(delist, [this.#running + owner], [this.#id])
  }

  async expire(): Promise<void> {
    const [owner] = (await this.run(expire)) as [string | null]
    await this.context.run(delist, [this.#list], [this.#id])
    if (owner !== null) await this.end(owner)
  }
}
