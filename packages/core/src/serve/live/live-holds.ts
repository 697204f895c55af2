import type { Position } from './live-cursor.ts'

interface Hold {
  count: number
  /** The position after which no event of the thing was missed. */
  readonly since: Position
  /** When the last user left, on the clock of `performance.now()`. */
  idleAt: number
}

/**
 * Counts the users of things, such as symbols.
 *
 * A thing without users is kept for a short time, so that a reload of a page does not end it.
 */
export class LiveHolds<Key> {
  readonly #linger: number
  readonly #onGone: (keys: Key[]) => void
  readonly #holds = new Map<Key, Hold>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /**
   * @param linger how long a thing without users is kept, in ms
   * @param onGone called with the things that are no longer kept
   */
  constructor(linger: number, onGone: (keys: Key[]) => void) {
    this.#linger = linger
    this.#onGone = onGone
  }

  /** The things that are kept. */
  get keys(): Key[] {
    return [...this.#holds.keys()]
  }

  /**
   * Adds a user. Returns the things that were not kept before.
   *
   * @param since from where on their events are complete
   */
  hold(keys: Iterable<Key>, since: Position): Key[] {
    const added: Key[] = []
    for (const key of keys) {
      const hold = this.#holds.get(key)
      if (hold !== undefined) {
        hold.count += 1
        continue
      }
      this.#holds.set(key, { count: 1, since, idleAt: 0 })
      added.push(key)
    }
    return added
  }

  /** Removes a user. */
  release(keys: Iterable<Key>): void {
    for (const key of keys) {
      const hold = this.#holds.get(key)
      if (hold === undefined) continue
      hold.count -= 1
      if (hold.count === 0) {
        hold.idleAt = performance.now()
        if (this.#timer === undefined) this.#sweepAfter(this.#linger)
      }
    }
  }

  /** Returns the position after which no event of a thing was missed. */
  since(key: Key): Position {
    return this.#holds.get(key)?.since ?? Infinity
  }

  has(key: Key): boolean {
    return this.#holds.has(key)
  }

  /** Drops things at once, even if they have users. */
  forget(keys: Iterable<Key>): void {
    const gone = [...keys].filter((key) => this.#holds.delete(key))
    if (gone.length > 0) this.#onGone(gone)
  }

  #sweepAfter(ms: number): void {
    this.#timer = setTimeout(() => this.#sweep(), ms)
  }

  #sweep(): void {
    this.#timer = undefined
    const now = performance.now()
    const idle: Key[] = []
    let next = Infinity
    for (const [key, { count, idleAt }] of this.#holds) {
      if (count > 0) continue
      // Timers may fire a fraction of a millisecond early.
      if (idleAt + this.#linger <= now + 1) idle.push(key)
      else next = Math.min(next, idleAt + this.#linger)
    }
    if (next < Infinity) this.#sweepAfter(Math.ceil(next - now))
    this.forget(idle)
  }
}
