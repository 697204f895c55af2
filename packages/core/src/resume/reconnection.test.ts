import type { Abortable } from '../lifetime/abort-source.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  ConnectionError,
  type Fetch,
  ServerError,
  StreamInterruptedError,
  StreamResumeError,
  VecTrade,
  type VecTradeError,
} from '../index.ts'
import { catchError } from '../test-support/body.ts'
import { endpoint } from '../test-support/resumable-endpoint.ts'
import { Reconnection } from './reconnection.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A network that goes online and wakes up when told, with its listeners. */
function fakeNetwork(online: boolean) {
  const listeners = new Set<(isNew: boolean) => void>()
  return {
    online,
    listeners,
    isOnline() {
      return this.online
    },
    onWake(listener: (isNew: boolean) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    wake(isNew: boolean) {
      for (const listener of listeners) listener(isNew)
    },
  }
}

const cause = new ConnectionError('none', 'connect')
const { signal } = new AbortController()

/** Returns how long the next pause lasts, in ms. */
async function pauseOf(reconnection: Reconnection, error: VecTradeError = cause): Promise<number> {
  const start = Date.now()
  const pause = reconnection.pause(error)
  await vi.advanceTimersToNextTimerAsync()
  await pause
  return Date.now() - start
}

test.for([
  [0, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]],
  [0.5, [375, 750, 1500, 3000, 6000, 12_000, 22_500, 22_500]],
] as const)(
  'a page that is told it is offline still tries, with pauses (random number %d)',
  async ([random, pauses]) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    const reconnection = new Reconnection(signal, fakeNetwork(false), 0)
    for (const ms of pauses) expect(await pauseOf(reconnection)).toBe(ms)
  },
)

test('attempts while offline do not count: after hours it continues at once, with all its attempts', async () => {
  const network = fakeNetwork(false)
  const reconnection = new Reconnection(signal, network, 0)
  for (let pauses = 0; pauses < 1000; pauses += 1) await pauseOf(reconnection)
  const pause = reconnection.pause(cause)
  network.online = true
  network.wake(true)
  await pause
  for (let pauses = 0; pauses < 12; pauses += 1) expect(await pauseOf(reconnection)).toBe(0)
  expect(await catchError(reconnection.pause(cause))).toBeInstanceOf(StreamResumeError)
  expect(network.listeners.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

test.for<[string, VecTradeError]>([
  ['refuses', new ServerError({ message: 'm', type: 'server_error', retryable: true })],
  ['cuts its answers', new StreamInterruptedError()],
])('attempts count if the server %s, even if the page is told it is offline', async (row) => {
  const [, error] = row
  const reconnection = new Reconnection(signal, fakeNetwork(false), 0)
  for (let pauses = 0; pauses < 12; pauses += 1) {
    await reconnection.attempt(async () => {})
    await pauseOf(reconnection, error)
  }
  expect(await catchError(reconnection.pause(error))).toBeInstanceOf(StreamResumeError)
})

test('a pause ends when the program wakes up', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.99)
  const network = fakeNetwork(true)
  const reconnection = new Reconnection(signal, network, 0)
  reconnection.setRetry(0)
  const pause = reconnection.pause(cause)
  network.wake(false)
  await pause
  expect(vi.getTimerCount()).toBe(0)
})

test('an attempt begins again on a new network, and ends with the stream', async () => {
  const network = fakeNetwork(true)
  const controller = new AbortController()
  const reconnection = new Reconnection(controller.signal, network, 0)
  const signals: Abortable[] = []
  const attempt = reconnection.attempt(
    (attemptSignal) =>
      new Promise((_, reject) => {
        signals.push(attemptSignal)
        attemptSignal.addEventListener('abort', () => reject(attemptSignal.reason))
      }),
  )
  network.wake(false)
  expect(signals).toHaveLength(1)
  network.wake(true)
  await vi.waitFor(() => expect(signals).toHaveLength(2), 20_000)
  controller.abort(cause)
  expect(await catchError(attempt)).toBe(cause)
  expect(network.listeners.size).toBe(0)
})

const headers = { 'content-type': 'text/event-stream', 'x-vectrade-stream-id': 'id' }
const firstEvent = 'id: 1\ndata: {"type":"text","content":"a"}\n\n'

test('a connection of the old network is closed at once, whatever `retry` says', async () => {
  const network = fakeNetwork(true)
  let asked = 0
  const fetch: Fetch = async () => {
    asked += 1
    const text = asked === 1 ? `retry: 30000\n\n${firstEvent}` : 'data: [DONE]\n\n'
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void =>
      controller.enqueue(new TextEncoder().encode(text))
    return new Response(new ReadableStream({ start }), { headers })
  }
  vi.spyOn(Math, 'random').mockReturnValue(0.99)
  const stream = new VecTrade({ endpoint, fetch }, { network }).ai.stream('p')
  const events = stream[Symbol.asyncIterator]()
  await events.next()
  const next = events.next()
  network.wake(true)
  vi.useRealTimers()
  expect(await next).toMatchObject({ done: true })
  expect([asked, network.listeners.size]).toEqual([2, 0])
})

test('connections that have ended leave no listener on the signal of the stream', async () => {
  const listeners = new Set<() => void>()
  const stream: Abortable = {
    aborted: false,
    reason: undefined,
    addEventListener: (_, listener) => listeners.add(listener),
    removeEventListener: (_, listener) => listeners.delete(listener),
  }
  for (const network of [undefined, fakeNetwork(true)]) {
    const reconnection = new Reconnection(stream, network, 0)
    for (let attempts = 1; attempts <= 20; attempts += 1) {
      await reconnection.attempt(async (attempt) => attempt.addEventListener('abort', () => {}))
    }
  }
  expect(listeners.size).toBe(0)
})

test('repeated events are no progress', async () => {
  let asked = 0
  const fetch: Fetch = async () => {
    asked += 1
    return new Response(firstEvent, { headers })
  }
  vi.useRealTimers()
  const error = await catchError(new VecTrade({ endpoint, fetch }).ai.stream('p').finalText())
  expect(error).toBeInstanceOf(StreamResumeError)
  expect(error).toMatchObject({ partial: { text: 'a' } })
  expect(asked).toBe(13)
})

test.for([
  { retry: 3000, retryAfter: undefined, expected: 3250 },
  { retry: 3000, retryAfter: 2, expected: 3250 },
  { retry: 3000, retryAfter: 5, expected: 5250 },
  { retry: 12_345_678_910, retryAfter: undefined, expected: 60_250 },
])(
  'waits as long as the server asks, plus a random share of the backoff: $retry ms, $retryAfter s',
  async ({ retry, retryAfter, expected }) => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const reconnection = new Reconnection(signal, undefined, 60_000)
    reconnection.setRetry(retry)
    const fields = { message: '', type: 'server_error', retryable: true, retryAfter }
    const pause = reconnection.pause(new ServerError(fields))
    const start = Date.now()
    await vi.advanceTimersByTimeAsync(expected - 1)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    await pause
    expect(Date.now() - start).toBe(expected)
  },
)

test('waking up does not shorten the wait that the server asks for', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1)
  const network = fakeNetwork(true)
  const reconnection = new Reconnection(signal, network, 60_000)
  reconnection.setRetry(30_000)
  const start = Date.now()
  const pause = reconnection.pause(cause)
  await vi.advanceTimersByTimeAsync(1000)
  network.wake(true)
  await vi.advanceTimersByTimeAsync(28_999)
  expect(vi.getTimerCount()).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  await pause
  expect(Date.now() - start).toBe(30_000)
  expect(network.listeners.size).toBe(0)
})
