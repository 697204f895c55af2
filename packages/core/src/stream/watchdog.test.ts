import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Body, catchError, DONE, sse, text } from '../test-support/body.ts'
import { TimeoutError, fromReadableStream } from '../index.ts'

async function next(
  iterator: AsyncIterator<{ content: string }>,
): Promise<{ settled: () => unknown }> {
  let outcome: unknown
  iterator.next().then(
    ({ value }) => (outcome = value?.content ?? 'end'),
    (error: unknown) => (outcome = error),
  )
  return { settled: () => outcome }
}

test('a limit longer than a timer can be does not fire at once', async () => {
  const limits = { idleTimeout: 2 ** 31, heartbeatTimeout: 2 ** 40 }
  const stream = fromReadableStream(new Body([], 'hang').stream, limits)
  const reading = stream[Symbol.asyncIterator]().next()
  const silent = new Promise((resolve) => setTimeout(resolve, 50, 'silent'))
  expect(await Promise.race([reading, silent])).toBe('silent')
  await stream.cancel()
})

describe('timeouts', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  test('events that textStream leaves out reset the idle timeout', async () => {
    const body = new Body([sse(text('a'))], 'hang')
    const stream = fromReadableStream(body.stream, { idleTimeout: 350 })
    const iterator = stream.textStream[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toBe('a')
    const reading = iterator.next()
    for (let at = 0; at < 10; at += 1) {
      await vi.advanceTimersByTimeAsync(100)
      body.push(sse({ type: 'metadata', at }))
    }
    body.push(sse(text('b')))
    await vi.advanceTimersByTimeAsync(0)
    expect((await reading).value).toBe('b')
    await stream.cancel()
  })

  test('heartbeats reset the heartbeat timeout but not the idle timeout', async () => {
    const body = new Body([sse(text('a'))], 'hang')
    const limits = { idleTimeout: 1000, heartbeatTimeout: 400 }
    const iterator = fromReadableStream(body.stream, limits)[Symbol.asyncIterator]()
    expect((await iterator.next()).value?.content).toBe('a')
    const { settled } = await next(iterator)
    for (let at = 300; at <= 900; at += 300) {
      await vi.advanceTimersByTimeAsync(300)
      expect(settled()).toBeUndefined()
      body.push(': heartbeat\n\n')
    }
    await vi.advanceTimersByTimeAsync(100)
    expect(settled()).toBeInstanceOf(TimeoutError)
    expect(settled()).toMatchObject({ phase: 'idle', partial: { text: 'a' }, retryable: true })
    expect(body.cancelled).toBe(1)
  })

  test('silence ends with the heartbeat timeout', async () => {
    const body = new Body([], 'hang')
    const limits = { idleTimeout: 1000, heartbeatTimeout: 400 }
    const { settled } = await next(fromReadableStream(body.stream, limits)[Symbol.asyncIterator]())
    await vi.advanceTimersByTimeAsync(399)
    expect(settled()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(settled()).toMatchObject({ name: 'TimeoutError', phase: 'heartbeat' })
  })

  test('the time between two reads does not count', async () => {
    const body = new Body([sse(text('a')), sse(text('b')), DONE])
    const limits = { idleTimeout: 1000, heartbeatTimeout: 400 }
    const iterator = fromReadableStream(body.stream, limits)[Symbol.asyncIterator]()
    await iterator.next()
    await vi.advanceTimersByTimeAsync(10_000)
    expect((await iterator.next()).value?.content).toBe('b')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  test('0 sets no limit', async () => {
    const body = new Body([], 'hang')
    const limits = { idleTimeout: 0, heartbeatTimeout: 0 }
    const stream = fromReadableStream(body.stream, limits)
    const { settled } = await next(stream[Symbol.asyncIterator]())
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(10_000_000)
    expect(settled()).toBeUndefined()
    await stream.cancel()
  })

  test('that are longer than a timer can be do not fire at once', async () => {
    const body = new Body([], 'hang')
    const limits = { idleTimeout: 2 ** 31, heartbeatTimeout: Infinity }
    const stream = fromReadableStream(body.stream, limits)
    const { settled } = await next(stream[Symbol.asyncIterator]())
    await vi.advanceTimersByTimeAsync(1000)
    expect(settled()).toBeUndefined()
    await stream.cancel()
  })

  test('a failed stream sets no timer when it is read again', async () => {
    const controller = new AbortController()
    const limits = { idleTimeout: 1000, heartbeatTimeout: 400, signal: controller.signal }
    const iterator = fromReadableStream(new Body([sse(text('a'))], 'hang').stream, limits)[
      Symbol.asyncIterator
    ]()
    await iterator.next()
    controller.abort()
    await catchError(iterator.next())
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(vi.getTimerCount()).toBe(0)
  })
})
