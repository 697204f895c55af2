/** A promise of the documentation, and the program that puts it to the test. */
export interface Proof {
  /** The name of its folder, which `pnpm soak NAME` takes. */
  readonly name: string
  /** The promise, in one sentence. */
  readonly promise: string
  /**
   * Puts the promise to the test. `short` runs in CI, `long` takes minutes and is `pnpm soak`.
   *
   * @param minutes how long the long form of the soak takes; the others ignore it
   */
  run(form: Form, minutes?: number): Promise<Outcome>
}

export type Form = 'short' | 'long'

/** What a proof came to. */
export interface Outcome {
  /** What was measured, by a name with its unit: `{ aborts: 2000, 'close seen, p99 (ms)': 12 }`. */
  readonly figures: Readonly<Record<string, number | string>>
  /** What did not hold, one line each; empty if the promise holds. */
  readonly failures: readonly string[]
  /** The same figures over time, for a plot. */
  readonly samples?: readonly object[]
}
