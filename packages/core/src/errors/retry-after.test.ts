import { expect, onTestFinished, test, vi } from 'vitest'
import { retryAfterSeconds } from './retry-after.ts'

const now = Date.parse('2026-11-22T00:00:00Z')
test.for<[Record<string, string>, number | undefined]>([
  [{}, undefined],
  [{ 'retry-after': '7' }, 7],
  [{ 'retry-after': ' 1.5 ' }, 1.5],
  [{ 'retry-after': 'Sun, 22 Nov 2026 00:00:30 GMT' }, 30],
  [{ 'retry-after': 'Sat, 21 Nov 2026 00:00:00 GMT' }, 0],
  [{ 'retry-after-ms': '250' }, 0.25],
  [{ 'retry-after-ms': '250', 'retry-after': '7' }, 0.25],
  [{ 'retry-after-ms': 'soon', 'retry-after': '7' }, 7],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after': 'Infinity' }, undefined],
  [{ 'retry-after': '1e9' }, undefined],
  [{ 'retry-after': '5, 5' }, 5],
  [{ 'retry-after': '5, 9,7' }, 9],
  [{ 'retry-after': '5, soon' }, 5],
  [{ 'retry-after-ms': '250, 250' }, 0.25],
  [{ 'retry-after': 'Sun, 22 Nov 2026 00:00:30 GMT, Sun, 22 Nov 2026 00:00:40 GMT' }, 40],
  [{ 'retry-after': '5, Sunday, 22-Nov-26 00:00:30 GMT' }, 30],
  [{ 'retry-after': 'Sun Nov 22 00:00:30 2026 GMT, 5' }, 30],
])('the seconds of %o', ([headers, seconds]) => {
  expect(retryAfterSeconds(new Headers(headers), now)).toBe(seconds)
})

test.for(['Asia/Tokyo', 'America/New_York'])('a date without a zone is in UTC, in %s', (zone) => {
  vi.stubEnv('TZ', zone)
  onTestFinished(() => void vi.unstubAllEnvs())
  const headers = new Headers({ 'retry-after': 'Sun Nov 22 00:00:30 2026' })
  expect(retryAfterSeconds(headers, now)).toBe(30)
})
