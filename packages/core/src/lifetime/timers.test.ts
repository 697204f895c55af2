import { afterEach, expect, test, vi } from 'vitest'
import { after, whenDue, within } from './timers.ts'

/** Keeps the program busy, so that nothing else runs and timers are late. */
function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** Sends a message that waits in the I/O queue of the event loop, like the bytes of a socket. */
function arriving(): Promise<string> {
  const { port1, port2 } = new MessageChannel()
  const message = new Promise<string>((resolve) => {
    const onMessage = (): void => {
      port2.close()
      resolve('read')
    }
    port2.addEventListener('message', onMessage, { once: true })
    port2.start()
  })
  port1.postMessage('')
  return message
}

test('bytes that arrive while the program is busy are read before a limit ends', async () => {
  const outcome = within(arriving(), 50)
  block(100)
  expect(await outcome).toBe('read')
})

test('a limit ends even if the program is busy all the time', async () => {
  const onDue = vi.fn()
  after(20, onDue)
  for (let turns = 0; turns < 20 && onDue.mock.calls.length === 0; turns += 1) {
    block(60)
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  expect(onDue).toHaveBeenCalledTimes(1)
})

test('limits of 0 and Infinity never end', async () => {
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  for (const ms of [0, Infinity]) after(ms, () => expect.unreachable('it has ended'))
  expect(setTimer).not.toHaveBeenCalled()
  setTimer.mockRestore()
})

test('no timer keeps running after a limit has ended or a promise has settled in time', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  expect(await within(new Promise(() => {}), 5)).toBeUndefined()
  expect(await within(Promise.resolve(1), 60_000)).toBe(1)
  const left = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  expect(left).toBe(before)
})

afterEach(() => void vi.useRealTimers())

test('moving a deadline sets no new timer', async () => {
  vi.useFakeTimers()
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  let due = performance.now() + 100
  let isOver = false
  whenDue(
    () => due,
    () => (isOver = true),
  )
  for (let step = 0; step < 9; step += 1) {
    await vi.advanceTimersByTimeAsync(10)
    due += 10
  }
  expect(setTimer).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(99)
  expect(isOver).toBe(false)
  await vi.advanceTimersByTimeAsync(2)
  expect(isOver).toBe(true)
})
