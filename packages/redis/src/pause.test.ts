import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pause } from './pause.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Returns whether a promise has resolved by now. */
async function isOver(promise: Promise<void>): Promise<boolean> {
  let over = false
  void promise.then(() => (over = true))
  await vi.advanceTimersByTimeAsync(0)
  return over
}

test('waits', async () => {
  const wait = new Pause().wait(100)
  await vi.advanceTimersByTimeAsync(99)
  expect(await isOver(wait)).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(await isOver(wait)).toBe(true)
})

test('is woken during the wait, or before it, once', async () => {
  const pause = new Pause()
  const wait = pause.wait(100)
  pause.wake()
  expect(await isOver(wait)).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
  pause.wake()
  expect(await isOver(pause.wait(100))).toBe(true)
  expect(await isOver(pause.wait(100))).toBe(false)
})

test('does not wait after it was stopped', async () => {
  const pause = new Pause()
  const wait = pause.wait(100)
  pause.stop()
  expect(await isOver(wait)).toBe(true)
  expect(await isOver(pause.wait(100))).toBe(true)
  expect(await isOver(pause.wait(100))).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})
