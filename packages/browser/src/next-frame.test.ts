import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nextFrame } from './next-frame.ts'
import { useFrames } from './test-support/manual-frames.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('calls once, with the next frame', () => {
  const frames = useFrames(true)
  const work = vi.fn()
  nextFrame(work)
  expect(work).not.toHaveBeenCalled()
  frames.next()
  frames.next()
  vi.advanceTimersByTime(10_000)
  expect(work).toHaveBeenCalledTimes(1)
  expect(vi.getTimerCount()).toBe(0)
})

test('calls once, from a timer, if no frame comes because the page is hidden', () => {
  const frames = useFrames(true)
  const work = vi.fn()
  nextFrame(work)
  vi.advanceTimersByTime(249)
  expect(work).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  frames.next()
  expect(work).toHaveBeenCalledTimes(1)
  expect(frames.waiting).toBe(0)
})

test('calls from a timer if there are no frames', () => {
  const work = vi.fn()
  nextFrame(work)
  vi.advanceTimersByTime(16)
  expect(work).toHaveBeenCalledTimes(1)
})

test('does not call once it is cancelled, and leaves no frame and no timer', () => {
  const frames = useFrames(true)
  const work = vi.fn()
  nextFrame(work)()
  expect(frames.waiting).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})
