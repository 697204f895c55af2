import type { StreamEvent } from '../index.ts'

/** A source that does what a test tells it, and counts how often it was told to end. */
export class CountedSource implements AsyncIterable<StreamEvent> {
  taken = 0
  returned = 0
  #resolve: ((result: IteratorResult<StreamEvent>) => void) | undefined
  #reject: ((error: unknown) => void) | undefined

  /** Answers the read that is waiting. */
  give(event: StreamEvent): void {
    this.#resolve?.({ done: false, value: event })
  }

  end(): void {
    this.#resolve?.({ done: true, value: undefined })
  }

  fail(error: unknown = new Error('mine')): void {
    this.#reject?.(error)
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent> {
    return {
      next: () => {
        this.taken += 1
        return new Promise((resolve, reject) => {
          this.#resolve = resolve
          this.#reject = reject
        })
      },
      // Does not answer the read that is waiting: neither does a generator's.
      return: async () => {
        this.returned += 1
        return { done: true, value: undefined }
      },
    }
  }
}
