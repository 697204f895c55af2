import { afterEach, expect, test, vi } from 'vitest'
import { Publisher } from './publisher.ts'
import { useFrames } from './test-support/manual-frames.ts'

afterEach(() => void vi.unstubAllGlobals())

function counter(): { publisher: Publisher<number>; add: () => void } {
  let count = 0
  return { publisher: new Publisher(() => count), add: () => void (count += 1) }
}

test('publishes many changes at once, with the next frame', () => {
  const frames = useFrames()
  const { publisher, add } = counter()
  const listener = vi.fn()
  publisher.subscribe(listener)
  for (let at = 0; at < 5; at += 1) {
    add()
    publisher.soon()
  }
  expect([publisher.snapshot, listener.mock.calls.length, frames.waiting]).toEqual([0, 0, 1])
  frames.next()
  expect([publisher.snapshot, listener.mock.calls.length]).toEqual([5, 1])
})

test('publishes without a frame if asked to, and then not again with the frame', () => {
  const frames = useFrames()
  const { publisher, add } = counter()
  const listener = vi.fn()
  publisher.subscribe(listener)
  add()
  publisher.soon()
  publisher.now()
  frames.next()
  expect([publisher.snapshot, listener.mock.calls.length]).toEqual([1, 1])
})

test('calls a listener once for each of its subscriptions, until each has ended', () => {
  const { publisher } = counter()
  const listener = vi.fn()
  const [first, second] = [publisher.subscribe(listener), publisher.subscribe(listener)]
  publisher.now()
  expect(listener).toHaveBeenCalledTimes(2)
  first()
  first()
  publisher.now()
  expect(listener).toHaveBeenCalledTimes(3)
  second()
  publisher.now()
  expect(listener).toHaveBeenCalledTimes(3)
})

test('does not call a listener that another one has unsubscribed', () => {
  const { publisher } = counter()
  const second = vi.fn()
  publisher.subscribe(() => unsubscribe())
  const unsubscribe = publisher.subscribe(second)
  publisher.now()
  expect(second).not.toHaveBeenCalled()
})

test('an error of a listener is uncaught, and the others are called', () => {
  const { publisher } = counter()
  const thrown: unknown[] = []
  vi.stubGlobal('queueMicrotask', (work: () => void) => {
    try {
      work()
    } catch (error) {
      thrown.push(error)
    }
  })
  const second = vi.fn()
  publisher.subscribe(() => {
    throw new Error('of the listener')
  })
  publisher.subscribe(second)
  publisher.now()
  expect(second).toHaveBeenCalledTimes(1)
  expect(thrown).toEqual([new Error('of the listener')])
})

test('publishes nothing after it is disposed of', () => {
  const frames = useFrames()
  const { publisher, add } = counter()
  const listener = vi.fn()
  publisher.subscribe(listener)
  add()
  publisher.soon()
  publisher.dispose()
  expect(frames.waiting).toBe(0)
  publisher.soon()
  publisher.now()
  publisher.subscribe(listener)
  publisher.now()
  expect([publisher.snapshot, listener.mock.calls.length, frames.waiting]).toEqual([0, 0, 0])
})
