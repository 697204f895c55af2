import { expect, test } from 'vitest'
import { suites } from './suites.ts'

// Times are not looked at: a wrong result throws.
test.each(suites)('$name', async (suite) => {
  const rows = await suite.run('short')
  expect(rows.length).toBeGreaterThan(1)
  for (const { samples } of rows) {
    expect(samples.length).toBeGreaterThan(0)
    expect(samples.every((sample) => Number.isFinite(sample))).toBe(true)
  }
  for (const { what, measured } of suite.goals) expect(measured(rows), what).not.toBeNaN()
})
