import {
  type StoredMessage,
  type StreamOutcome,
  type StreamProducer,
  StreamStoreError,
} from '@vectrade/core'
import type { RedisStream } from './redis-stream.ts'
import { append, finish } from './scripts.ts'
import { slicesOf } from './slices.ts'

/** Appends messages to a stream in Redis, as long as no other producer takes the stream over. */
export class RedisProducer implements StreamProducer {
  readonly #stream: RedisStream
  readonly #token: string
  readonly #controller = new AbortController()
  readonly #timer: ReturnType<typeof setInterval>
  readonly #unlisten: () => void
  /** The number of messages that are known to be in Redis. */
  #known: number
  #turn: Promise<void> = Promise.resolve()
  #lastReplyAt: number = performance.now()
  #isPolling = false
  #listedAt: number = performance.now()
  /** The owner under which this stream counts as running. Undefined if it is not counted. */
  readonly #owner: string | undefined
  #countedAt: number = performance.now()

  /** @param token identifies this producer in Redis. It was passed to the script `create`. */
  constructor(
    stream: RedisStream,
    token: string,
    known: number,
    stopAsked: boolean,
    owner: string | undefined,
  ) {
    this.#owner = owner
    const { open, pollInterval } = stream.context
    this.#stream = stream
    this.#token = token
    this.#known = known
    this.#unlisten = stream.listen((message) => {
      if (message === 'stop' || message === 'expired') this.#controller.abort()
      else if (message !== '' && message !== token) this.#supersede()
    })
    this.#timer = setInterval(() => void this.#poll(), pollInterval)
    open.add(this.#detach)
    if (stopAsked) this.#controller.abort()
  }

  get stopped(): AbortSignal {
    return this.#controller.signal
  }

  append(messages: readonly StoredMessage[]): Promise<void> {
    return this.#inTurn(async () => {
      const { lease, timeToLive, maxEvents, maxBytes } = this.#stream.context.limits
      const life = lease + timeToLive
      const begun = [this.#token, this.#known, lease, life, maxEvents, maxBytes]
      let known = this.#known
      for (const { fields, ...place } of slicesOf(messages)) {
        const { before, after, bytesAfter } = place
        const reply = await this.#stream.run(append, ...begun, before, after, bytesAfter, ...fields)
        const [length, stop] = reply as [number, string | null]
        known = length
        this.#lastReplyAt = performance.now()
        if (stop !== null) this.#controller.abort()
      }
      // Set only now, because an append that fails halfway is repeated from its beginning.
      this.#known = known
      if (this.#lastReplyAt - this.#listedAt > timeToLive / 2) {
        this.#listedAt = this.#lastReplyAt
        this.#stream.enlist(life).catch(() => {})
      }
      // The owner's list needs an update only a few times per lease, not at each append.
      if (this.#owner !== undefined && this.#lastReplyAt - this.#countedAt > lease / 4) {
        this.#countedAt = this.#lastReplyAt
        this.#stream.begin(this.#owner, lease).catch(() => {})
      }
    })
  }

  renew(): Promise<void> {
    return this.append([])
  }

  finish(outcome: StreamOutcome): Promise<void> {
    return this.#inTurn(async () => {
      const { timeToLive } = this.#stream.context.limits
      await this.#stream.run(finish, this.#token, this.#known, outcome, timeToLive)
      this.#detach()
      if (this.#owner !== undefined) await this.#stream.end(this.#owner).catch(() => {})
      // The stream has ended even if this fails. Then its place in the list is free a lease later.
      await this.#stream.enlist(timeToLive).catch(() => {})
    })
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(action)
    this.#turn = turn
    turn.catch((error: unknown) => {
      if (error instanceof StreamStoreError && error.problem === 'superseded') this.#supersede()
      // Calls that wait for this one fail too. Otherwise they would take the place of missing messages.
      if (this.#turn === turn) this.#turn = Promise.resolve()
    })
    return turn
  }

  /** Asks Redis for the state of the stream, because wake-ups can get lost. */
  async #poll(): Promise<void> {
    const { pollInterval, limits } = this.#stream.context
    const silence = performance.now() - this.#lastReplyAt
    // By then the stream has expired, even if Redis is unreachable.
    if (silence > limits.lease + limits.timeToLive) return this.#detach()
    // An answer renews its stream several times per lease. After two leases, it has probably given the stream up. If
    // not, polling continues after its next append.
    if (silence > 2 * limits.lease || silence < pollInterval || this.#isPolling) return
    this.#isPolling = true
    try {
      const page = await this.#stream.page(Number.MAX_SAFE_INTEGER, 1)
      if (page === null) this.#controller.abort()
      if (!page || page.outcome !== undefined) this.#detach()
      else if (page.token !== this.#token) this.#supersede()
      else if (page.stopAsked) this.#controller.abort()
    } catch {
      // The next append reports the error.
    } finally {
      this.#isPolling = false
    }
  }

  #supersede(): void {
    this.#detach()
    this.#controller.abort(
      new StreamStoreError('Another producer has taken over the stream', 'superseded'),
    )
  }

  readonly #detach = (): void => {
    clearInterval(this.#timer)
    this.#unlisten()
    this.#stream.context.open.delete(this.#detach)
  }
}
