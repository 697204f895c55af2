import { expect, test } from 'vitest'
import { backoff, fullJitter } from './backoff.ts'

const policy = { first: 500, cap: 30_000, jitter: [0.75, 1.25] } as const

test('a delay doubles with each attempt', () => {
  const delays = [1, 2, 3, 4].map((attempt) => backoff(attempt, policy, 0.5))
  expect(delays).toEqual([500, 1000, 2000, 4000])
})

test.for([
  { jitter: [0.75, 1.25], least: 375, most: 625 },
  { jitter: [0.5, 1], least: 250, most: 500 },
  { jitter: fullJitter, least: 0, most: 500 },
] as const)('jitter $jitter is from $least to $most ms', ({ jitter, least, most }) => {
  expect(backoff(1, { ...policy, jitter }, 0)).toBe(least)
  expect(backoff(1, { ...policy, jitter }, 1)).toBe(most)
})

test.for([7, 8, 30, 2000])(
  'the delay after %i attempts is at most the cap, with jitter',
  (attempt) => {
    const delays = [0, 0.5, 1].map((random) => backoff(attempt, policy, random))
    expect(delays).toEqual([22_500, 30_000, 30_000])
  },
)

test('delays vary', () => {
  expect(new Set(Array.from({ length: 20 }, () => backoff(1, policy))).size).toBeGreaterThan(1)
})
