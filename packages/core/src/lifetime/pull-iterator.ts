/** Where an iterator's items come from. */
export interface Pull<T> {
  /** The next item if it is there already; undefined where `wait` must be asked. */
  ready(): T | undefined
  /** The next item, or the end. A failure that nobody waits for must be handled: see `handled`. */
  wait(): Promise<IteratorResult<T, undefined>>
}

/**
 * An iterator over what is pulled. Leaving it, by `break`, `throw` or `return()`, calls `leave`, a
 * pending read or not: an async generator would wait for the read first, and takes more promises.
 */
export class PullIterator<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #pull: Pull<T>
  readonly #leave: () => Promise<void>

  /** The next item of an iterator like this one, if it is there already: without a promise for it. */
  static ready<T>(iterator: AsyncIterator<T> | PullIterator<T>): T | undefined {
    return #pull in iterator ? iterator.#pull.ready() : undefined
  }

  constructor(pull: Pull<T>, leave: () => Promise<void>) {
    this.#pull = pull
    this.#leave = leave
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#pull.ready()
    return value === undefined ? this.#pull.wait() : Promise.resolve({ done: false, value })
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#leave()
    return { done: true, value: undefined }
  }

  async throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    await this.#leave()
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
