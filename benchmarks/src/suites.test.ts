import { expect, test } from 'vitest'
import { suites } from './suites.ts'

/** Some suites start dozens of processes, one after the other, which a busy machine takes minutes for. */
const deadline = 600_000

// Times are not looked at: a wrong result throws.
test.each(suites)(
  '$name',
  async (suite) => {
    const rows = await suite.run('short')
    expect(rows.length).toBeGreaterThan(1)
    for (const { samples } of rows) {
      expect(samples.length).toBeGreaterThan(0)
      expect(samples.every((sample) => Number.isFinite(sample))).toBe(true)
    }
    for (const { what, measured } of suite.goals) expect(measured(rows), what).not.toBeNaN()
  },
  deadline,
)
