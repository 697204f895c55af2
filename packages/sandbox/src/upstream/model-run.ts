import type { AnswerEvent } from '../answer-event.ts'
import { Refusal } from '../refusal.ts'

/**
 * One answer of a model, shared by all requests of a call.
 *
 * The model is read only when a request waits for an event that has not come yet, so the fastest reader
 * sets the pace. Events are kept, and a later request of the call gets them again. If the last reader leaves
 * before the answer is complete, the model's request ends, and a later request cannot join.
 */
export class ModelRun implements Iterable<AnswerEvent | Promise<void>> {
  readonly #events: AnswerEvent[] = []
  readonly #source: AsyncIterator<AnswerEvent, void>
  readonly #stop = new AbortController()
  #pending: Promise<void> | undefined
  #readers = 0
  #isComplete = false
  #failure: Refusal | undefined

  /** @param ask starts an answer, which ends when the signal is aborted */
  constructor(ask: (signal: AbortSignal) => AsyncIterator<AnswerEvent, void>) {
    this.#source = ask(this.#stop.signal)
  }

  /** Whether another request can get this answer. If not, the model has to be asked again. */
  get canBeJoined(): boolean {
    return this.#failure === undefined
  }

  /** Adds a reader. Returns a function to call when the reader has left, in whatever way. */
  join(): () => void {
    this.#readers += 1
    return () => {
      this.#readers -= 1
      if (this.#readers > 0 || this.#isComplete) return
      this.#failure ??= new Refusal(503, 'The answer was ended, because its reader had left')
      this.#stop.abort()
    }
  }

  *[Symbol.iterator](): Generator<AnswerEvent | Promise<void>, void> {
    for (let at = 0; ;) {
      const event = this.#events[at]
      if (event !== undefined) {
        at += 1
        yield event
      } else if (this.#failure !== undefined) throw this.#failure
      else if (this.#isComplete) return
      else yield this.#pull()
    }
  }

  /** Resolves when the first event is there, or the answer has failed. */
  async begun(): Promise<void> {
    while (this.#events.length === 0 && !this.#isOver) await this.#pull()
  }

  /** Resolves when all events are there, or the answer has failed. Reads without waiting for readers. */
  async ended(): Promise<void> {
    while (!this.#isOver) await this.#pull()
  }

  /** @throws Refusal if the answer has failed, unless it may begin with events before its failure */
  checkFailure({ allowEvents }: { allowEvents: boolean }): void {
    if (this.#failure === undefined || (allowEvents && this.#events.length > 0)) return
    throw this.#failure
  }

  get #isOver(): boolean {
    return this.#isComplete || this.#failure !== undefined
  }

  #pull(): Promise<void> {
    this.#pending ??= this.#take().finally(() => (this.#pending = undefined))
    return this.#pending
  }

  async #take(): Promise<void> {
    try {
      const { done, value } = await this.#source.next()
      if (done) this.#isComplete = true
      else this.#events.push(value)
    } catch (error) {
      // Any other error could quote a key or a prompt.
      const failure =
        error instanceof Refusal ? error : new Refusal(500, 'The sandbox itself failed')
      this.#failure ??= failure
    }
  }
}
