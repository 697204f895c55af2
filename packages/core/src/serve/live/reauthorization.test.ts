import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Reauthorization } from './reauthorization.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

test('repeats a check until it says no', async () => {
  const reauthorization = new Reauthorization(1000)
  const check = vi.fn(async () => check.mock.calls.length < 3)
  const onRefused = vi.fn()
  reauthorization.add(check, onRefused)
  await vi.advanceTimersByTimeAsync(2_999)
  expect(check).toHaveBeenCalledTimes(2)
  expect(onRefused).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(onRefused).toHaveBeenCalledOnce()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(check).toHaveBeenCalledTimes(3)
})

test('checks each in its own time', async () => {
  const reauthorization = new Reauthorization(1000)
  const checked: string[] = []
  const stops = []
  for (const name of ['a', 'b']) {
    const check = async (): Promise<boolean> => checked.push(name) > 0
    stops.push(reauthorization.add(check, () => {}))
    await vi.advanceTimersByTimeAsync(400)
  }
  await vi.advanceTimersByTimeAsync(200)
  expect(checked).toEqual(['a'])
  await vi.advanceTimersByTimeAsync(400)
  expect(checked).toEqual(['a', 'b'])
  stops[0]?.()
  await vi.advanceTimersByTimeAsync(1000)
  expect(checked).toEqual(['a', 'b', 'b'])
  stops[1]?.()
})

test.for<[string, () => Promise<boolean>, number]>([
  ['fails', () => Promise.reject(new Error('mine')), 1000],
  ['never comes back', () => new Promise(() => {}), 2000],
])('a check that %s counts as refused', async ([, check, ms]) => {
  const reauthorization = new Reauthorization(1000)
  const onRefused = vi.fn()
  reauthorization.add(check, onRefused)
  await vi.advanceTimersByTimeAsync(ms - 1)
  expect(onRefused).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(onRefused).toHaveBeenCalledOnce()
})

test('a check that is stopped while it runs refuses nothing', async () => {
  const reauthorization = new Reauthorization(1000)
  const onRefused = vi.fn()
  const stop = reauthorization.add(async () => {
    stop()
    return false
  }, onRefused)
  await vi.advanceTimersByTimeAsync(1000)
  expect(onRefused).not.toHaveBeenCalled()
})

test.for([0, Infinity])('with %d, nothing is checked', (ms) => {
  new Reauthorization(ms).add(
    () => Promise.resolve(false),
    () => {},
  )
  expect(vi.getTimerCount()).toBe(0)
})
