import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { sleep } from './sleep.ts'

test('waits for its time and leaves no listener', async () => {
  const { signal } = new AbortController()
  const start = performance.now()
  await sleep(30, signal)
  expect(performance.now() - start).toBeGreaterThan(28)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test.each([60_000, Infinity, 1e12])('a wait of %d ms ends with the signal', async (ms) => {
  const controller = new AbortController()
  const start = performance.now()
  setTimeout(() => controller.abort(), 20)
  await sleep(ms, controller.signal)
  expect(performance.now() - start).toBeGreaterThan(18)
  await sleep(ms, controller.signal)
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
})
