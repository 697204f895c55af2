import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FeedWatch } from './feed-watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('all who wait for `ready` share one wait', async () => {
  // Each call of `then` takes memory until the promise settles, which may take days.
  const ready = new Promise(() => {})
  const then = vi.spyOn(ready, 'then')
  const watch = new FeedWatch({ ready }, () => {})
  for (let round = 1; round <= 3; round += 1) {
    const waiting = Array.from({ length: 100 }, () => watch.connected())
    const failures = Promise.allSettled(waiting)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(new Set((await failures).map(({ status }) => status))).toEqual(new Set(['rejected']))
    expect(then).toHaveBeenCalledTimes(round)
  }
})

test('rejects as `ready` does', async () => {
  const error = new Error('mine')
  const ready = Promise.reject(error)
  const watch = new FeedWatch({ ready }, () => {})
  await expect(watch.connected()).rejects.toBe(error)
})

test('waits for the state after `ready`', async () => {
  const feed = { ready: Promise.resolve(), state: 'reconnecting' as 'reconnecting' | 'live' }
  const onConnected = vi.fn()
  void new FeedWatch(feed, () => {}).connected().then(onConnected)
  await vi.advanceTimersByTimeAsync(100)
  expect(onConnected).not.toHaveBeenCalled()
  feed.state = 'live'
  await vi.advanceTimersByTimeAsync(100)
  expect(onConnected).toHaveBeenCalledOnce()
})
