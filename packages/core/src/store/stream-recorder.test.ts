import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StreamStoreError, type StoredMessage, type StreamProducer } from '../index.ts'
import { StreamRecorder } from './stream-recorder.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const unavailable = new StreamStoreError('away', 'unavailable')
const message = (data: string): StoredMessage => ({ data })

/** Returns a producer that fails `times` times, and records its calls. */
function failing(error: Error, times: number): StreamProducer & { given: string[] } {
  const given: string[] = []
  const attempt = async (what: string): Promise<void> => {
    given.push(what)
    if (given.length <= times) throw error
  }
  return {
    given,
    stopped: new AbortController().signal,
    append: (messages) => attempt(messages.map(({ data }) => data).join('')),
    renew: () => attempt('renew'),
    finish: (outcome) => attempt(outcome),
  }
}

test('messages that come while a batch is written form the next batch', async () => {
  const producer = failing(unavailable, 0)
  const recorder = new StreamRecorder(producer, 3000, undefined)
  for (const data of ['a', 'b', 'c']) recorder.add(message(data))
  await recorder.finish('done')
  expect(producer.given).toEqual(['a', 'bc', 'done'])
})

test('a store that is unavailable for less than a lease gets every message', async () => {
  const producer = failing(unavailable, 3)
  const recorder = new StreamRecorder(producer, 6000, undefined)
  recorder.add(message('a'))
  await vi.advanceTimersByTimeAsync(600)
  recorder.add(message('b'))
  await vi.advanceTimersByTimeAsync(600)
  await recorder.finish('done')
  expect(producer.given).toEqual(['a', 'a', 'a', 'ab', 'done'])
  expect(recorder.failed).toBe(false)
})

test.for([
  [unavailable, 1000],
  [new TypeError('a bug'), 0],
] as const)(
  'a store that fails with %s is no longer used, and a warning is logged',
  async ([error, ms]) => {
    const warn = vi.fn()
    const producer = failing(error, 1000)
    const recorder = new StreamRecorder(producer, 900, { warn })
    recorder.add(message('secret'))
    await vi.advanceTimersByTimeAsync(ms + 600)
    expect(recorder.failed).toBe(true)
    const { length } = producer.given
    recorder.add(message('b'))
    await recorder.finish('done')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(producer.given).toHaveLength(length)
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining(error.name), { event: 'store.failed', error: error.name }],
    ])
    expect(warn.mock.calls[0]?.[0]).not.toContain('secret')
  },
)

test('a stream that is too large for its store counts as running until it ends, and then as failed', async () => {
  const producer = failing(new StreamStoreError('full', 'limit'), 1)
  const recorder = new StreamRecorder(producer, 3000, undefined)
  recorder.add(message('a'))
  await vi.advanceTimersByTimeAsync(0)
  recorder.add(message('b'))
  await vi.advanceTimersByTimeAsync(2000)
  expect(recorder.failed).toBe(true)
  await recorder.finish('done')
  expect(producer.given).toEqual(['a', 'renew', 'renew', 'error'])
})

test('shows three times in each lease that the producer is alive', async () => {
  const producer = failing(unavailable, 0)
  const recorder = new StreamRecorder(producer, 3000, undefined)
  await vi.advanceTimersByTimeAsync(3000)
  await recorder.finish('stopped')
  expect(producer.given).toEqual(['renew', 'renew', 'renew', 'stopped'])
})
