import { StreamStoreError } from '../errors/stream-store-error.ts'
import { type Logger, warnAbout } from '../lifetime/logger.ts'
import { clampTimer, sleep } from '../lifetime/timers.ts'
import type { StoredMessage, StreamOutcome, StreamProducer } from './stream-store.ts'

/** ms between two attempts to reach a store. */
const pauseBetweenTries = 250

/**
 * Writes the messages of a stream into a store, in the background.
 *
 * Messages that come while a batch is being written form the next batch. Between batches, the recorder shows
 * that the producer is alive. If the store cannot be reached, the recorder tries again for one lease. After
 * that, readers take the producer for dead, so the recorder gives up and the answer continues without the
 * store. If a stream is too large, the store still counts it as running until the answer ends. Then the store
 * counts it as failed.
 */
export class StreamRecorder {
  readonly #producer: StreamProducer
  readonly #logger: Logger | undefined
  readonly #lease: number
  readonly #timer: ReturnType<typeof setInterval>
  #reachedAt: number = performance.now()
  #pending: StoredMessage[] = []
  #working: Promise<void> | undefined
  #failed = false
  /** Whether the stream is too large for the store. The store must still learn when the stream ends. */
  #isFull = false

  /** @param lease the lease of the store, in ms */
  constructor(producer: StreamProducer, lease: number, logger: Logger | undefined) {
    this.#producer = producer
    this.#lease = lease
    this.#logger = logger
    this.#timer = setInterval(
      () => {
        this.#working ??= this.#work(() => producer.renew())
      },
      clampTimer(lease / 3),
    )
  }

  /** Whether messages are no longer recorded. */
  get failed(): boolean {
    return this.#failed
  }

  /** The number of messages that the store has not confirmed yet. */
  get unwritten(): number {
    return this.#pending.length
  }

  /** Stops using the store. */
  giveUp(): void {
    this.#stopRecording()
    clearInterval(this.#timer)
  }

  #stopRecording(): void {
    this.#failed = true
    this.#pending = []
  }

  add(message: StoredMessage): void {
    if (this.#failed) return
    this.#pending.push(message)
    this.#working ??= this.#work()
  }

  /** Ends the stream in the store. Resolves when everything is stored, or the store has failed. */
  async finish(outcome: StreamOutcome): Promise<void> {
    clearInterval(this.#timer)
    await this.#working
    if (this.#isFull) await this.#work(() => this.#producer.finish('error'))
    else if (!this.#failed) await this.#work(() => this.#producer.finish(outcome))
  }

  async #work(first?: () => Promise<void>): Promise<void> {
    try {
      if (first) await this.#reach(first)
      while (this.#pending.length > 0) {
        let batch: StoredMessage[] = []
        await this.#reach(async () => {
          // A new attempt has at least the messages of the last one, which may have been stored.
          batch = this.#pending.slice()
          await this.#producer.append(batch)
        })
        this.#pending.splice(0, batch.length)
      }
    } catch (error) {
      // A stream that was given up needs no warning.
      if (this.#failed) return
      this.#isFull = error instanceof StreamStoreError && error.problem === 'limit'
      if (this.#isFull) this.#stopRecording()
      else this.giveUp()
      warnAbout(this.#logger, 'store.failed', 'vectrade: a stream can no longer be resumed', error)
    } finally {
      this.#working = undefined
    }
  }

  /** Does some work on the store, and tries again while the store cannot be reached. */
  async #reach(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work()
        this.#reachedAt = performance.now()
        return
      } catch (error) {
        const isAway = error instanceof StreamStoreError && error.problem === 'unavailable'
        if (!isAway || performance.now() - this.#reachedAt > this.#lease) throw error
      }
      await sleep(pauseBetweenTries)
    }
  }
}
