import { afterEach, expect, test, vi } from 'vitest'
import { TickClock } from './tick-clock.ts'

afterEach(() => void vi.useRealTimers())

test('a clock begins when it is asked first, and counts by itself', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 5000 })
  const clock = new TickClock(250)
  vi.setSystemTime(10_000)
  expect(clock.tick).toBe(0)
  vi.setSystemTime(10_499)
  expect(clock.tick).toBe(1)
  expect(clock.timeOf(1)).toBe(10_250)
  expect(clock.until(2)).toBe(1)
  expect(clock.until(1)).toBe(0)
  expect(clock.tickAt(10_499)).toBe(1)
})

test('a clock never goes back', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 })
  const clock = new TickClock(10)
  expect(clock.tick).toBe(0)
  vi.setSystemTime(100)
  expect(clock.tick).toBe(10)
  vi.setSystemTime(50)
  expect(clock.tick).toBe(10)
})
