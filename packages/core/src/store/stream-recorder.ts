import { StreamStoreError } from '../errors/stream-store-error.ts'
import { type Logger, warnAbout } from '../lifetime/logger.ts'
import type { StoredMessage, StreamOutcome, StreamProducer } from './stream-store.ts'

/** ms between attempts to reach a store. */
const retryDelay = 250

/**
 * Puts messages into a store batch by batch, without holding up who makes them, and shows signs of
 * life between them. A store that cannot be reached is tried for a lease period, after which readers
 * take the producer for dead; once it has failed it is left alone: the answer is worth more. A stream that
 * outgrows the store's limits stays in it as running until it ends, and then as failed.
 */
export class StreamRecorder {
  readonly #producer: StreamProducer
  readonly #logger: Logger | undefined
  readonly #lease: number
  readonly #timer: ReturnType<typeof setInterval>
  #lastSign: number = performance.now()
  #pending: StoredMessage[] = []
  #working: Promise<void> | undefined
  #failed = false
  /** Whether the store takes no more of the stream. It must still learn when the stream ends. */
  #isFull = false

  /** @param lease of the store, in ms */
  constructor(producer: StreamProducer, lease: number, logger: Logger | undefined) {
    this.#producer = producer
    this.#lease = lease
    this.#logger = logger
    this.#timer = setInterval(() => {
      this.#working ??= this.#work(() => producer.renew())
    }, lease / 3)
  }

  get failed(): boolean {
    return this.#failed
  }

  /** Leaves the store alone from here on. */
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

  /** Resolves when all is in the store, or the store has failed. */
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
          // Again, it is at least what it was, for nobody knows what became of that.
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
      warnAbout(this.#logger, 'vectrade: a stream cannot be resumed any more', error)
    } finally {
      this.#working = undefined
    }
  }

  async #reach(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work()
        this.#lastSign = performance.now()
        return
      } catch (error) {
        const isAway = error instanceof StreamStoreError && error.problem === 'unavailable'
        if (!isAway || performance.now() - this.#lastSign > this.#lease) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, retryDelay))
    }
  }
}
