import type { StreamEvent } from '../index.ts'

/** A source that a test controls. Counts its reads and the calls of `return()`. */
export class ControlledSource implements AsyncIterable<StreamEvent> {
  taken = 0
  returned = 0
  #resolve: ((result: IteratorResult<StreamEvent>) => void) | undefined
  #reject: ((error: unknown) => void) | undefined

  /** Resolves the pending read. */
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
      // Does not resolve the pending read. A generator's `return()` does not either.
      return: async () => {
        this.returned += 1
        return { done: true, value: undefined }
      },
    }
  }
}
