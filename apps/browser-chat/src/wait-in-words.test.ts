import { expect, test } from 'vitest'
import { waitInWords } from './wait-in-words.ts'

test.each([
  [1, 'in 1 s'],
  [59, 'in 59 s'],
  [60, 'in 1:00 min'],
  [3_599, 'in 59:59 min'],
  [3_600, 'in 1 h'],
  [3_601, 'in 2 h'],
  [86_400, 'in 24 h'],
  [86_401, 'later'],
])('%i seconds: %s', (seconds, words) => {
  expect(waitInWords(seconds)).toBe(words)
})
