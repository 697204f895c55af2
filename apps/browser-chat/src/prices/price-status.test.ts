import { expect, test } from 'vitest'
import { statusOf } from './price-status.ts'

const now = 1_000_000

test.each([
  ['paused', undefined, undefined, now],
  ['connecting', 'connecting', undefined, undefined],
  ['live', 'live', undefined, undefined],
  ['live', 'live', undefined, now - 59_999],
  ['quiet', 'live', undefined, now - 60_000],
  ['gap', 'live', now - 7_999, now - 60_000],
  ['live', 'live', now - 8_000, now],
  ['reconnecting', 'reconnecting', now, now - 60_000],
  ['unavailable', 'closed', now, now],
] as const)('is %s: feed %s, gap at %s, changed at %s', (status, feed, gapAt, changedAt) => {
  expect(statusOf({ feed, gapAt, changedAt }, now)).toBe(status)
})
