import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { quote } from '../../test-support/controlled-feed.ts'
import { LiveReplay } from './live-replay.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function add(replay: LiveReplay, ...positions: number[]): void {
  const bytes = new Uint8Array()
  for (const position of positions) {
    const event = quote('NVDA', position)
    const at = performance.now()
    replay.add({ position, sharedId: '', at, event, channel: 'quotes', isOld: false, bytes })
  }
}

const positionsAfter = (replay: LiveReplay, position: number): number[] =>
  Array.from(replay.after(position), (entry) => entry.position)

test('returns the events after a position, even if the position has none', () => {
  const replay = new LiveReplay({ events: 10, ms: 1000 })
  add(replay, 1, 2, 5, 6)
  expect(positionsAfter(replay, 0)).toEqual([1, 2, 5, 6])
  expect(positionsAfter(replay, 2)).toEqual([5, 6])
  expect(positionsAfter(replay, 4)).toEqual([5, 6])
  expect(positionsAfter(replay, 6)).toEqual([])
})

test('keeps the last events', () => {
  const replay = new LiveReplay({ events: 3, ms: Infinity })
  for (let position = 1; position <= 100; position += 1) {
    add(replay, position)
    const kept = Math.min(position, 3)
    expect(positionsAfter(replay, 0)).toHaveLength(kept)
    expect(replay.hasAllAfter(position - kept)).toBe(true)
    expect(replay.hasAllAfter(position - kept - 1)).toBe(false)
  }
  expect(positionsAfter(replay, 0)).toEqual([98, 99, 100])
})

test('keeps events for a time', () => {
  const replay = new LiveReplay({ events: 10, ms: 1000 })
  add(replay, 1)
  vi.advanceTimersByTime(600)
  add(replay, 2)
  vi.advanceTimersByTime(401)
  expect(replay.hasAllAfter(0)).toBe(false)
  expect(replay.hasAllAfter(1)).toBe(true)
  vi.advanceTimersByTime(600)
  expect(replay.hasAllAfter(1)).toBe(false)
  // There was no event after it.
  expect(replay.hasAllAfter(2)).toBe(true)
})

test('keeps nothing with 0 events', () => {
  const replay = new LiveReplay({ events: 0, ms: 1000 })
  add(replay, 1)
  expect(replay.hasAllAfter(0)).toBe(false)
  expect(replay.hasAllAfter(1)).toBe(true)
})
