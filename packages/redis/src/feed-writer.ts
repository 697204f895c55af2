import type { LiveEvent } from '@vectrade/core'
import { liveEventToShare } from '@vectrade/core/adapter'
import { type FeedContext, pollInterval } from './feed-context.ts'
import { publish } from './feed-scripts.ts'
import { Pause } from './pause.ts'

/** The most events that are sent to Redis at once. */
const maxBatch = 250

/** What a writer reports. */
export interface WriterSink {
  /** Redis has confirmed that this instance led at a time, on the clock of `performance.now()`. */
  onConfirmed(at: number): void
  /** Another instance leads. */
  onLost(): void
  onFailure(error: unknown): void
}

/**
 * Writes the events of the leader to Redis, in batches. Events that arrive during a write make up the next batch.
 */
export class FeedWriter {
  readonly #context: FeedContext
  readonly #token: string
  readonly #sink: WriterSink
  readonly #pause = new Pause()
  #batch: [symbol: string, json: string][] = []
  /** The number of the last batch. */
  #number = 0
  #writing: Promise<void> | undefined
  #isClosed = false

  constructor(context: FeedContext, token: string, sink: WriterSink) {
    this.#context = context
    this.#token = token
    this.#sink = sink
  }

  /** Adds an event. Returns a promise if the caller should wait before the next one. */
  add(event: LiveEvent): Promise<void> | undefined {
    const json = liveEventToShare(event)
    if (this.#isClosed || json === undefined) return undefined
    this.#batch.push([event.type === 'quote.update' ? event.symbol : '', json])
    this.#writing ??= this.#write()
    return this.#batch.length < maxBatch ? undefined : this.#writing
  }

  /** Drops what is not written yet. */
  close(): void {
    this.#isClosed = true
    this.#pause.stop()
  }

  async #write(): Promise<void> {
    try {
      // The other events of this turn belong to the batch too.
      await Promise.resolve()
      while (this.#batch.length > 0 && !this.#isClosed) {
        const batch = this.#batch
        this.#batch = []
        this.#number += 1
        await this.#send(batch.flat())
      }
    } catch (error) {
      this.#sink.onFailure(error)
    } finally {
      this.#writing = undefined
    }
  }

  /** Writes a batch, however long it takes. */
  async #send(batch: readonly string[]): Promise<void> {
    const { channel, settings } = this.#context
    const { lease, maxEvents } = settings
    const parameters = [channel, this.#token, lease, maxEvents, this.#number, ...batch]
    while (!this.#isClosed) {
      const sentAt = performance.now()
      try {
        const [isLeader] = (await this.#context.run(publish, parameters)) as [number]
        if (isLeader === 1) this.#sink.onConfirmed(sentAt)
        else if (!this.#isClosed) this.#sink.onLost()
        return
      } catch (error) {
        this.#context.tolerate(error)
        await this.#pause.wait(pollInterval)
      }
    }
  }
}
