import { seeded } from '@vectrade/test-kit/seeded'

/** Choices that are the same for the same seed. */
export class Random {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = seeded(seed)
  }

  /** Returns an integer from 0 to `end - 1`. */
  below(end: number): number {
    return Math.floor(this.#next() * end)
  }

  chance(share: number): boolean {
    return this.#next() < share
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }
}
