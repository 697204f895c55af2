import { type Logger, warn } from '../logger.ts'
import type { StoredMessage, StreamOutcome, StreamProducer } from './stream-store.ts'

/**
 * Puts messages into a store batch by batch, without holding up who makes them, and shows signs of
 * life between them. Once the store has failed it is left alone: the answer is worth more.
 */
export class StreamRecorder {
  readonly #producer: StreamProducer
  readonly #logger: Logger | undefined
  readonly #timer: ReturnType<typeof setInterval>
  #pending: StoredMessage[] = []
  #working: Promise<void> | undefined
  #failed = false

  /** @param lease of the store, in ms */
  constructor(producer: StreamProducer, lease: number, logger: Logger | undefined) {
    this.#producer = producer
    this.#logger = logger
    this.#timer = setInterval(() => {
      this.#working ??= this.#work(() => producer.renew())
    }, lease / 3)
  }

  get failed(): boolean {
    return this.#failed
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
    if (!this.#failed) await this.#work(() => this.#producer.finish(outcome))
  }

  async #work(first?: () => Promise<void>): Promise<void> {
    try {
      await first?.()
      while (this.#pending.length > 0) {
        const batch = this.#pending
        this.#pending = []
        await this.#producer.append(batch)
      }
    } catch (error) {
      this.#failed = true
      this.#pending = []
      clearInterval(this.#timer)
      const name = error instanceof Error ? error.name : 'no error'
      warn(this.#logger, `vectrade: a stream cannot be resumed any more (${name})`)
    } finally {
      this.#working = undefined
    }
  }
}
