/** A promise of the documentation, and the program that tests it. */
export interface Proof {
  /** The name of its folder, and the argument of `pnpm soak NAME`. */
  readonly name: string
  /** The promise, in one sentence. */
  readonly promise: string
  /**
   * Tests the promise. `short` runs in CI. `long` takes minutes and runs with `pnpm soak`.
   *
   * @param minutes how long the long form of the soak takes; the others ignore it
   */
  run(form: Form, minutes?: number): Promise<Outcome>
}

export type Form = 'short' | 'long'

/** The result of a proof. */
export interface Outcome {
  /** The figures, by a name with the unit: `{ aborts: 2000, 'close seen, p99 (ms)': 12 }`. */
  readonly figures: Readonly<Record<string, number | string>>
  /** One line for each failure; empty if the promise holds. */
  readonly failures: readonly string[]
  /** The same figures over time, for a plot. */
  readonly samples?: readonly object[]
}
