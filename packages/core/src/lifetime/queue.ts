/** A list that grows at its end and is taken from its beginning. Both take the same time however long it is. */
export class Queue<Item> {
  #items: Item[] = []
  /** The index of the first item that was not taken. */
  #first = 0

  get length(): number {
    return this.#items.length - this.#first
  }

  /** Returns the item at an index, or undefined if there is none. The next one to take has the index 0. */
  at(index: number): Item | undefined {
    return this.#items[this.#first + index]
  }

  add(item: Item): void {
    this.#items.push(item)
  }

  /** Takes the first item, or returns undefined if there is none. */
  take(): Item | undefined {
    if (this.length === 0) return undefined
    const item = this.#items[this.#first]
    this.#first += 1
    // Cutting off the beginning costs time, so it is done only when half of the array has been taken.
    if (this.#first * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
    return item
  }
}
