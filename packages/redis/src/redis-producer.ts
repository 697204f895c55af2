import {
  type StoredMessage,
  type StreamOutcome,
  type StreamProducer,
  StreamStoreError,
} from '@vectrade/core'
import type { RedisStream } from './redis-stream.ts'
import { append, finish } from './scripts.ts'
import { slicesOf } from './slices.ts'

export class RedisProducer implements StreamProducer {
  readonly #stream: RedisStream
  readonly #token: string
  readonly #controller = new AbortController()
  readonly #timer: ReturnType<typeof setInterval>
  readonly #unlisten: () => void
  /** How many messages are known to be there. */
  #known: number
  #turn: Promise<void> = Promise.resolve()
  #heardAt: number = performance.now()
  #isLooking = false
  #listedAt: number = performance.now()
  /** The owner whose running streams include this one; undefined if they are not counted. */
  readonly #owner: string | undefined
  #countedAt: number = performance.now()

  /** @param token what Redis knows this producer by, from the script that began the stream */
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
    this.#timer = setInterval(() => void this.#look(), pollInterval)
    open.add(this.#leave)
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
        this.#heardAt = performance.now()
        if (stop !== null) this.#controller.abort()
      }
      // Set only now, because an append that fails half way is repeated from its beginning.
      this.#known = known
      if (this.#heardAt - this.#listedAt > timeToLive / 2) {
        this.#listedAt = this.#heardAt
        this.#stream.enlist(life).catch(() => {})
      }
      // Signs of life come three times per lease; appends come at any time.
      if (this.#owner !== undefined && this.#heardAt - this.#countedAt > lease / 4) {
        this.#countedAt = this.#heardAt
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
      this.#leave()
      if (this.#owner !== undefined) await this.#stream.end(this.#owner).catch(() => {})
      // It has ended, whether its place in the list is free in time or a lease later.
      await this.#stream.enlist(timeToLive).catch(() => {})
    })
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(action)
    this.#turn = turn
    turn.catch((error: unknown) => {
      if (error instanceof StreamStoreError && error.problem === 'superseded') this.#supersede()
      // What waits behind it fails with it, so that nothing takes the place of what is missing.
      if (this.#turn === turn) this.#turn = Promise.resolve()
    })
    return turn
  }

  /** For where nobody could tell it. */
  async #look(): Promise<void> {
    const { pollInterval, limits } = this.#stream.context
    const silence = performance.now() - this.#heardAt
    // By then there is no stream left, in whatever state Redis is.
    if (silence > limits.lease + limits.timeToLive) this.#leave()
    if (silence < pollInterval || this.#isLooking) return
    this.#isLooking = true
    try {
      const page = await this.#stream.page(Number.MAX_SAFE_INTEGER, 1)
      if (page === null) this.#controller.abort()
      if (!page || page.outcome !== undefined) this.#leave()
      else if (page.token !== this.#token) this.#supersede()
      else if (page.stopAsked) this.#controller.abort()
    } catch {
      // Whoever appends next is told.
    } finally {
      this.#isLooking = false
    }
  }

  #supersede(): void {
    this.#leave()
    this.#controller.abort(
      new StreamStoreError('Another producer has taken the stream over', 'superseded'),
    )
  }

  readonly #leave = (): void => {
    clearInterval(this.#timer)
    this.#unlisten()
    this.#stream.context.open.delete(this.#leave)
  }
}
