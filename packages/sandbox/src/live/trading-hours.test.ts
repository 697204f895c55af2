import { expect, test } from 'vitest'
import { lastTradingTime } from './trading-hours.ts'

test.each([
  ['a Wednesday at noon in winter', '2026-01-14T17:00:00Z', '2026-01-14T17:00:00Z'],
  ['the opening in winter', '2026-01-14T14:30:00Z', '2026-01-14T14:30:00Z'],
  ['the opening in summer', '2026-07-15T13:30:00Z', '2026-07-15T13:30:00Z'],
  ['a moment before the opening', '2026-01-14T14:29:59.999Z', '2026-01-13T20:59:59.999Z'],
  ['the last moment of a day', '2026-01-14T20:59:59.999Z', '2026-01-14T20:59:59.999Z'],
  ['the closing', '2026-01-14T21:00:00Z', '2026-01-14T20:59:59.999Z'],
  ['a Sunday', '2026-01-18T17:00:00Z', '2026-01-16T20:59:59.999Z'],
  [
    'the end of a weekend with a change of the clock',
    '2026-03-09T13:00:00Z',
    '2026-03-06T20:59:59.999Z',
  ],
])('at %s, the last trading time is right', (_name, time, last) => {
  expect(new Date(lastTradingTime(Date.parse(time))).toISOString()).toBe(
    new Date(last).toISOString(),
  )
})
