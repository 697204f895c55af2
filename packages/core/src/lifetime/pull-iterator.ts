/** The source of the items of a {@link PullIterator}. The iterator runs only one `wait` at a time. */
export interface Pull<T> {
  /** Returns the next item if it is already there. */
  ready(): T | undefined
  /** Waits for the next item, or for the end. Called right after `ready` has returned undefined. */
  wait(): Promise<IteratorResult<T, undefined>>
  /** Called when the reader stops early, even while a read is pending. */
  leave(): Promise<void> | void
}

/**
 * An async iterator that asks for each item when it is needed.
 *
 * An async generator makes several promises for each item, and its `return()` waits for a pending read. This
 * iterator makes one promise for an item that is already there, and its `return()` ends a pending read at
 * once. Concurrent reads are served in the order of their calls. A read that fails while no one awaits it
 * causes no unhandled rejection.
 */
export class PullIterator<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #pull: Pull<T>
  /** The number of pending reads. */
  #waiting = 0
  /** Resolves after the last of the pending reads. */
  #last: Promise<void> | undefined

  /**
   * Returns the next item of an iterator if it is already there, without a promise. Returns undefined for
   * iterators of other classes.
   */
  static ready<T>(iterator: AsyncIterator<T> | PullIterator<T>): T | undefined {
    return #pull in iterator ? iterator.#ready() : undefined
  }

  constructor(pull: Pull<T>) {
    this.#pull = pull
  }

  /** Returns the next item. Concurrent reads get the items in the order of their calls. */
  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#ready()
    return value === undefined ? this.#wait() : Promise.resolve({ done: false, value })
  }

  /** Ends the reading early. */
  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#pull.leave()
    return { done: true, value: undefined }
  }

  /** Ends the reading early, and rejects with the error. */
  async throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    await this.#pull.leave()
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #ready(): T | undefined {
    return this.#waiting === 0 ? this.#pull.ready() : undefined
  }

  #wait(): Promise<IteratorResult<T, undefined>> {
    this.#waiting += 1
    const read = this.#last === undefined ? this.#pull.wait() : this.#last.then(this.#next)
    this.#last = read.then(this.#onSettled, this.#onSettled)
    return read
  }

  readonly #next = (): IteratorResult<T, undefined> | Promise<IteratorResult<T, undefined>> => {
    const value = this.#pull.ready()
    return value === undefined ? this.#pull.wait() : { done: false, value }
  }

  readonly #onSettled = (): void => {
    this.#waiting -= 1
    if (this.#waiting === 0) this.#last = undefined
  }
}
