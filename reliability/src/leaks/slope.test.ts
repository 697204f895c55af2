import { expect, test } from 'vitest'
import { slopeOf } from './slope.ts'

test('a single outlier does not change the slope of a line', () => {
  expect(slopeOf([0, 1, 2, 3, 4, 5].map((x) => [x * 10, 7 + x * 20]))).toBe(2)
  expect(slopeOf([0, 1, 2, 3, 4, 5].map((x) => [x, x === 3 ? 1_000 : 5]))).toBe(0)
})
