/** The items of an iterator. `PullIterator` makes sure that only one `wait` runs at a time. */
export interface Pull<T> {
  /** Returns the next item if it is already there. */
  ready(): T | undefined
  /** Waits for the next item, or for the end. */
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
  /** Settles with the last of the pending reads. */
  #pending: Promise<void> | undefined

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
    return this.#pending === undefined ? this.#pull.ready() : undefined
  }

  #wait(): Promise<IteratorResult<T, undefined>> {
    const read = this.#pending?.then(() => this.#pull.wait()) ?? this.#pull.wait()
    const onSettled = (): void => {
      if (this.#pending === settled) this.#pending = undefined
    }
    const settled = read.then(onSettled, onSettled)
    this.#pending = settled
    return read
  }
}
