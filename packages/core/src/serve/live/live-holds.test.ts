import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LiveHolds } from './live-holds.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

test('a thing is gone some time after its last user has left', () => {
  const onGone = vi.fn()
  const holds = new LiveHolds<string>(1000, onGone)
  expect(holds.hold(['a', 'b'], 1)).toEqual(['a', 'b'])
  expect(holds.hold(['b', 'c'], 2)).toEqual(['c'])
  holds.release(['a', 'b'])
  vi.advanceTimersByTime(600)
  holds.release(['b', 'c'])
  vi.advanceTimersByTime(399)
  expect(onGone).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(onGone.mock.calls).toEqual([[['a']]])
  vi.advanceTimersByTime(600)
  expect(onGone.mock.calls).toEqual([[['a']], [['b', 'c']]])
  expect(holds.keys).toEqual([])
})

test('a thing that gets a new user in time stays as it was', () => {
  const onGone = vi.fn()
  const holds = new LiveHolds<string>(1000, onGone)
  holds.hold(['a'], 1)
  holds.release(['a'])
  vi.advanceTimersByTime(999)
  expect(holds.hold(['a'], 9)).toEqual([])
  vi.advanceTimersByTime(5000)
  expect(onGone).not.toHaveBeenCalled()
  expect(holds.since('a')).toBe(1)
})

test('a thing that was forgotten is new again', () => {
  const onGone = vi.fn()
  const holds = new LiveHolds<string>(1000, onGone)
  holds.hold(['a'], 1)
  holds.forget(['a', 'b'])
  expect(onGone.mock.calls).toEqual([[['a']]])
  expect(holds.has('a')).toBe(false)
  expect(holds.since('a')).toBe(Infinity)
  holds.release(['a'])
  expect(holds.hold(['a'], 7)).toEqual(['a'])
  expect(holds.since('a')).toBe(7)
  expect(holds.has('a')).toBe(true)
})
