/** The items of an iterator. `PullIterator` makes sure that only one `wait` runs at a time. */
export interface Pull<T> {
  /** Returns the next item if it is already there. */
  ready(): T | undefined
  /** Waits for the next item, or for the end. Called right after `ready` has returned undefined. */
  wait(): Promise<IteratorResult<T, undefined>>
  /** Called when the loop is left early, even if a read is pending. */
  leave(): Promise<void> | void
}

/**
 * An iterator over items that are pulled.
 *
 * It serves concurrent reads in the order of their calls. A read that fails when nothing awaits it ends no
 * process. Unlike an async generator, it needs few promises, and `return()` does not wait for a pending read.
 */
export class PullIterator<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #pull: Pull<T>
  /** The number of pending reads. */
  #waiting = 0
  /** Resolves after the last of the pending reads. */
  #last: Promise<void> | undefined

  /** Returns an iterator's next item if it is already there and the iterator is one of this class. */
  static ready<T>(iterator: AsyncIterator<T> | PullIterator<T>): T | undefined {
    return #pull in iterator ? iterator.#ready() : undefined
  }

  constructor(pull: Pull<T>) {
    this.#pull = pull
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#ready()
    return value === undefined ? this.#wait() : Promise.resolve({ done: false, value })
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#pull.leave()
    return { done: true, value: undefined }
  }

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
