import { expect, test } from 'vitest'
import { Stalls } from './stalls.ts'

/** Blocks this program, as a busy machine does. */
function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('does not count time in which the program could not run', async () => {
  let ticks = 0
  const stalls = new Stalls(() => {
    ticks += 1
  })
  await expect.poll(() => ticks).toBeGreaterThan(1)
  const from = performance.now()
  block(500)
  const to = performance.now()
  stalls.look(to)
  expect(stalls.awake(from, to)).toBeLessThan(100)
  // Half of the time that it was blocked.
  expect(stalls.awake(from + 250, to + 250)).toBeGreaterThanOrEqual(249)
  expect(stalls.awake(from + 250, to + 250)).toBeLessThan(350)
  expect(stalls.awake(to + 10, to + 30)).toBeCloseTo(20)
  stalls.stop()
})
