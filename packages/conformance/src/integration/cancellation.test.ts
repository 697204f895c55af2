import { getEventListeners } from 'node:events'
import { type Fault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { delay } from '@vectrade/test-kit/delay'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { errorOf } from '@vectrade/test-kit/error-of'
import { clientOf, prompt } from './test-support/sandbox-client.ts'
import { type OwnTimers, watchOwnTimers } from '@vectrade/test-kit/own-timers'
import { startRawServer } from '@vectrade/test-kit/raw-server'
import {
  type AnalysisStream,
  RequestAbortedError,
  type StreamEvent,
  type VecTrade,
} from '@vectrade/core'

let sandbox: Sandbox
let timers: OwnTimers
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 20 })
})
afterAll(() => sandbox.close())
beforeEach(() => {
  timers = watchOwnTimers()
})
afterEach(() => timers[Symbol.dispose]())

interface Opened {
  client: VecTrade
  stream: AnalysisStream
  controller: AbortController
}

function open(fault: Fault): Opened {
  const client = clientOf(sandbox, fault)
  const controller = new AbortController()
  return { client, controller, stream: client.ai.stream(prompt, { signal: controller.signal }) }
}

/** Expects that the server sees the connection close, and that no listener or timer remains here. */
async function expectReleased({ controller }: Opened, requests: number): Promise<void> {
  await expectWithinASecond(() => lastRequest(sandbox).closed === 'client')
  expect(sandbox.requests.length).toBe(requests)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  expect(timers.live).toBe(0)
}

type Way = [string, (opened: Opened, iterator: AsyncIterator<StreamEvent>) => unknown]

/** Ways to end a stream from outside, at any time. The reader sees an ordinary end. */
const quietWays: Way[] = [
  ['return()', (_, iterator) => iterator.return?.()],
  ['cancel()', ({ stream }) => stream.cancel()],
  ['disposal', ({ stream }) => stream[Symbol.asyncDispose]()],
]
/** Ways to end a stream from outside, at any time. The reader sees an error. */
const loudWays: Way[] = [
  ['abort()', ({ controller }) => controller.abort('my reason')],
  ['client.close()', ({ client }) => client.close()],
  ['disposal of the client', ({ client }) => client[Symbol.dispose]()],
]

describe('a pending read', () => {
  const moments: [string, Fault, number][] = [
    ['before headers', { hang: true }, 0],
    ['before the first event', { stallAfterEvents: 0 }, 0],
    ['between events', { stallAfterEvents: 3 }, 3],
    ['within an event', { stallAfterBytes: 10 }, 0],
  ]
  for (const [moment, fault, events] of moments) {
    const pending = async (way: Way[1]): Promise<{ opened: Opened; outcome: unknown }> => {
      const before = sandbox.requests.length
      const opened = open(fault)
      const iterator = opened.stream[Symbol.asyncIterator]()
      for (let at = 0; at < events; at += 1) await iterator.next()
      const read = iterator.next().catch((error: unknown) => error)
      await expectWithinASecond(() => sandbox.requests.length > before)
      await delay(30)
      expect(lastRequest(sandbox).closed).toBeUndefined()
      expect(timers.live).toBeGreaterThan(0)
      expect(getEventListeners(opened.controller.signal, 'abort')).toHaveLength(1)
      await way(opened, iterator)
      const outcome = await read
      await expectReleased(opened, before + 1)
      expect(await iterator.next()).toEqual({ done: true, value: undefined })
      return { opened, outcome }
    }

    test.for(quietWays)(`${moment} is ended by %s without an error`, async ([, way]) => {
      expect((await pending(way)).outcome).toEqual({ done: true, value: undefined })
    })

    test.for(loudWays)(`${moment} is rejected by %s`, async ([name, way]) => {
      const { outcome, opened } = await pending(way)
      expect(outcome).toBeInstanceOf(RequestAbortedError)
      if (name === 'abort()') expect((outcome as Error).cause).toBe('my reason')
      else expect(opened.controller.signal.aborted).toBe(false)
    })
  }
})

describe('between two reads', () => {
  const fault = { events: 1_000, tokensPerSecond: 50 }
  const waysBetweenReads: Way[] = [
    ...quietWays,
    ...loudWays,
    [
      'break',
      async ({ stream }) => {
        for await (const event of stream) if (event.type === 'text') break
      },
    ],
    [
      'break from the text',
      async ({ stream }) => {
        for await (const piece of stream.textStream) if (piece) break
      },
    ],
    [
      'throw',
      async ({ stream }) => {
        const mine = new Error('mine')
        const reading = (async () => {
          for await (const _ of stream) throw mine
        })()
        expect(await errorOf(reading)).toBe(mine)
      },
    ],
    [
      'the end of a block',
      async ({ stream }) => {
        await using mine = stream
        await mine[Symbol.asyncIterator]().next()
      },
    ],
    [
      'the end of a block of the client',
      async ({ client, stream }) => {
        using _ = client
        await stream[Symbol.asyncIterator]().next()
      },
    ],
    [
      'cancelling its readable',
      async ({ stream }) => {
        const reader = stream.toReadableStream().getReader()
        await reader.read()
        await reader.cancel()
      },
    ],
    [
      'leaving both branches of a tee',
      async ({ stream }) => {
        await Promise.all(
          stream.tee().map(async (branch) => {
            for await (const _ of branch) break
          }),
        )
      },
    ],
  ]
  const outside = new Set([...quietWays, ...loudWays].map(([name]) => name))

  test.for(waysBetweenReads)('%s closes the connection', async ([name, way]) => {
    const before = sandbox.requests.length
    const opened = open(fault)
    if (outside.has(name)) {
      const iterator = opened.stream[Symbol.asyncIterator]()
      await iterator.next()
      await way(opened, iterator)
    } else {
      await way(opened, {
        next: () => Promise.reject(new Error('This way does not use the iterator')),
      })
    }
    await expectReleased(opened, before + 1)
  })
})

describe('before the request', () => {
  test('a signal that is already aborted sends nothing', async () => {
    await using server = await startRawServer((socket) => socket.destroy())
    const client = clientOf({ url: server.url, apiKey: 'vq_none_at_all' }, {}, { maxRetries: 2 })
    const signal = AbortSignal.abort('my reason')
    for (const call of [
      () => client.ai.stream(prompt, { signal }).finalText(),
      () => client.ai.stream(prompt, { signal }).response,
      () => client.ai.analyze(prompt, { signal }),
    ]) {
      const error = await errorOf(call())
      expect(error).toBeInstanceOf(RequestAbortedError)
      expect(error).toMatchObject({ cause: 'my reason', retryable: false })
    }
    await delay(50)
    expect(server.received).toEqual([])
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(timers.live).toBe(0)
  })

  test.for<[string, () => Promise<void>]>([
    ['at once', async () => {}],
    ['a microtask later', () => Promise.resolve()],
    ['while connecting', () => new Promise((resolve) => setImmediate(resolve))],
  ])('an abort %s leaves no connection', async ([, wait]) => {
    await using server = await startRawServer(() => {})
    const client = clientOf({ url: server.url, apiKey: 'vq_none_at_all' })
    for (let at = 0; at < 20; at += 1) {
      const controller = new AbortController()
      const { signal } = controller
      const reading = errorOf(client.ai.stream(prompt, { signal }).finalText())
      await wait()
      controller.abort()
      expect(await reading).toBeInstanceOf(RequestAbortedError)
      expect(getEventListeners(signal, 'abort')).toEqual([])
    }
    await expectWithinASecond(() => server.open === 0)
    expect(timers.live).toBe(0)
  })

  test('a cancelled stream and a closed client send nothing', async () => {
    const before = sandbox.requests.length
    const cancelled = open({})
    await cancelled.stream.cancel()
    expect(await Array.fromAsync(cancelled.stream)).toEqual([])
    const closed = open({})
    closed.client.close()
    expect(await errorOf(closed.stream.finalText())).toBeInstanceOf(RequestAbortedError)
    expect(await errorOf(closed.client.ai.analyze(prompt))).toBeInstanceOf(RequestAbortedError)
    await delay(30)
    expect(sandbox.requests.length).toBe(before)
    expect(timers.live).toBe(0)
  })
})

test('a signal and a closed client end `analyze`', async () => {
  for (const [, way] of loudWays) {
    const before = sandbox.requests.length
    const opened = open({})
    const pending = errorOf(
      clientOf(sandbox)
        .ai.analyze(prompt)
        .then(() =>
          opened.client.ai.analyze(prompt, {
            signal: opened.controller.signal,
            headers: { 'x-sandbox-fault': 'hang' },
          }),
        ),
    )
    await expectWithinASecond(() => sandbox.requests.length === before + 2)
    await way(opened, opened.stream[Symbol.asyncIterator]())
    expect(await pending).toBeInstanceOf(RequestAbortedError)
    await expectReleased(opened, before + 2)
  }
})

test('`client.close()` ends all open streams and leaves complete ones alone', async () => {
  const client = clientOf(sandbox, { stallAfterEvents: 2 })
  const complete = client.ai.stream(prompt, { headers: { 'x-sandbox-fault': '' } })
  expect(await complete.finalText()).toContain('NVDA')
  const before = sandbox.requests.length
  const pending = Array.from({ length: 20 }, () => errorOf(client.ai.stream(prompt).finalText()))
  await expectWithinASecond(
    () => sandbox.requests.filter(({ eventsSent }) => eventsSent === 2).length >= 20,
  )
  client.close()
  for (const error of await Promise.all(pending)) expect(error).toBeInstanceOf(RequestAbortedError)
  await expectWithinASecond(() =>
    sandbox.requests.slice(before).every(({ closed }) => closed === 'client'),
  )
  expect(timers.live).toBe(0)
})

test('a stream that ends by itself leaves no listener or timer, and does not abort the signal', async () => {
  for (const fault of [
    {},
    { linger: true },
    { status: 401 },
    { cutAfterEvents: 2 },
    { destroy: 'rst' },
  ] as Fault[]) {
    const { stream, controller } = open(fault)
    await stream.finalText().catch(() => {})
    expect(controller.signal.aborted).toBe(false)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    expect(timers.live).toBe(0)
  }
})
