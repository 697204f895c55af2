/** Runs work one after another, in the order it came; the failure of one is no matter to the next. */
export class InOrder {
  #last: Promise<void> | undefined

  get busy(): boolean {
    return this.#last !== undefined
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last === undefined ? work() : this.#last.then(work)
    const settled = result.then(
      () => {},
      () => {},
    )
    this.#last = settled
    void settled.then(() => {
      if (this.#last === settled) this.#last = undefined
    })
    return result
  }
}
