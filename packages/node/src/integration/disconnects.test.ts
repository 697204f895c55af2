import { spawn } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import { type Fault, startSandbox } from '@vectrade/sandbox'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startStopwatch } from '@vectrade/test-kit/stopwatch'
import { delay } from '@vectrade/test-kit/delay'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { steady } from '@vectrade/test-kit/steady'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { type OwnTimers, watchOwnTimers } from '@vectrade/test-kit/own-timers'
import { rawClient } from '@vectrade/test-kit/raw-client'
import { clientOf, prompt } from '../test-support/sandbox-client.ts'
import { type CountedSource, endless, source, text } from '../test-support/sources.ts'
import { serve, type WebServer } from '@vectrade/test-kit/web-server'
import {
  type AnalysisStream,
  pipeToResponse,
  toNodeHandler,
  toNodeReadable,
  toResponse,
} from '../index.ts'

let timers: OwnTimers
beforeEach(() => {
  timers = watchOwnTimers()
})
afterEach(() => {
  expect(timers.live).toBe(0)
  timers[Symbol.dispose]()
})

interface Serving extends WebServer {
  /** Whether the promise of the served response has settled. */
  settled: boolean
  res: ServerResponse | undefined
  /** The most bytes that were buffered for the client at a time. */
  maxBuffered: number
}

type Serve = (
  events: CountedSource | AnalysisStream,
  res: ServerResponse,
  signal?: AbortSignal,
) => Promise<void>

/** The ways to serve a stream. All must pass the same tests. */
const ways: [string, Serve][] = [
  [
    'pipeToResponse',
    (events, res, signal) => pipeToResponse(events, res, { req: res.req, signal }),
  ],
  ['pipeToResponse without req', (events, res, signal) => pipeToResponse(events, res, { signal })],
  [
    'toNodeHandler',
    (events, res, signal) => toNodeHandler(() => toResponse(events, { signal }))(res.req, res),
  ],
  [
    'toNodeReadable and pipeline',
    async (events, res, signal) => {
      const { pipeline } = await import('node:stream/promises')
      await pipeline(toNodeReadable(events, { signal }), res).catch(() => {})
    },
  ],
]

async function serving(
  events: CountedSource | AnalysisStream,
  way: Serve,
  before?: (res: ServerResponse) => Promise<void>,
): Promise<Serving> {
  const server = await serve((_, res) => {
    state.res = res
    const measure = setInterval(() => {
      state.maxBuffered = Math.max(state.maxBuffered, res.writableLength)
    }, 1)
    void (async () => {
      await before?.(res)
      await way(events, res)
      state.settled = true
      clearInterval(measure)
    })()
  })
  const state: Serving = Object.assign(Object.create(server) as WebServer, {
    settled: false,
    res: undefined,
    maxBuffered: 0,
  })
  return state
}

describe.for(ways)('%s', ([, way]) => {
  test.for([1_000, 100_000, 3_000_000])(
    'buffers little for a client that does not read, with events of %i bytes, and ends when it disconnects',
    async (size) => {
      const events = source(endless(size))
      await using server = await serving(events, way)
      const client = await rawClient(server.port, { read: false })
      // The system's own buffers are full when no more events are taken.
      await expect.poll(() => events.taken).toBeGreaterThan(0)
      await steady(() => events.taken)
      expect(server.settled).toBe(false)
      expect(server.maxBuffered).toBeGreaterThan(0)
      expect(server.maxBuffered).toBeLessThanOrEqual(2 ** 20 + size + 1_000)
      client.socket.destroy()
      await expectWithinASecond(() => server.settled && events.returned > 0)
      const { taken: last } = events
      await delay(20)
      expect(events).toMatchObject({ taken: last, returned: 1 })
    },
  )

  test('continues when a client that did not read starts to read', async () => {
    const events = source(Array.from({ length: 200 }, () => text('x'.repeat(100_000))))
    await using server = await serving(events, way)
    const client = await rawClient(server.port, { headers: ['connection: close'], read: false })
    await expect.poll(() => events.taken).toBeGreaterThan(0)
    expect(await steady(() => events.taken)).toBeLessThan(200)
    let bytes = 0
    client.socket.on('data', (chunk: Buffer) => (bytes += chunk.byteLength))
    await client.ended
    expect(bytes).toBeGreaterThan(20_000_000)
    expect(events.taken).toBe(200)
    await expectWithinASecond(() => server.settled)
  })

  test.for(['destroy', 'resetAndDestroy', 'end'] as const)(
    'ends while the source is silent, when the client disconnects with %s()',
    async (leave) => {
      const events = source([text('a')], 'silence')
      await using server = await serving(events, way)
      const client = await rawClient(server.port)
      await client.until((all) => all.includes('data:'))
      expect(events.returned).toBe(0)
      client.socket[leave]()
      await expectWithinASecond(() => server.settled && events.returned === 1)
    },
  )

  test.for([
    ['disconnects, and then the signal is aborted', ['disconnect', 'abort']],
    ['disconnects after the signal is aborted', ['abort', 'disconnect']],
    [
      'disconnects after the signal is aborted and the application has ended the response',
      ['abort', 'end', 'disconnect'],
    ],
  ] as const)('ends its source only once when the client %s', async ([, endings]) => {
    const events = source([text('a')], 'silence')
    const controller = new AbortController()
    const { signal } = controller
    const aborted: Serve = (given, res) => way(given, res, signal)
    await using server = await serving(events, aborted)
    const client = await rawClient(server.port)
    await client.until((all) => all.includes('data:'))
    for (const ending of endings) {
      if (ending === 'abort') controller.abort()
      else if (ending === 'end') server.res?.end()
      else {
        client.socket.resetAndDestroy()
        server.res?.socket?.destroy()
      }
    }
    await expectWithinASecond(() => server.settled && events.returned > 0)
    await delay(20)
    expect(events.returned).toBe(1)
  })

  test('ends when the client disconnects without reading what was sent', async () => {
    const events = source([text('x'.repeat(20_000_000))])
    await using server = await serving(events, way)
    const client = await rawClient(server.port, { read: false })
    await expectWithinASecond(() => events.taken === 1)
    await delay(100)
    expect(server.settled).toBe(false)
    client.socket.destroy()
    await expectWithinASecond(() => server.settled)
  })

  test('ends when the application ends the response', async () => {
    const events = source([text('a')], 'silence')
    await using server = await serving(events, way)
    const client = await rawClient(server.port)
    await client.until((all) => all.includes('data:'))
    server.res?.end()
    await expectWithinASecond(() => server.settled && events.returned === 1)
    client.socket.destroy()
  })

  test.for<[string, Fault]>([
    ['before headers', { hang: true }],
    ['between events', { stallAfterEvents: 2 }],
    ['while events flow', { events: 1_000_000 }],
  ])('ends the request to VecTrade %s', async ([, fault]) => {
    await using sandbox = await startSandbox({ heartbeat: 0 })
    await using server = await serving(clientOf(sandbox, fault).ai.stream(prompt), way)
    const client = await rawClient(server.port)
    await expectWithinASecond(() => sandbox.requests.length === 1)
    await delay(50)
    expect(lastRequest(sandbox).closed).toBeUndefined()
    client.socket.destroy()
    await expectWithinASecond(() => server.settled && lastRequest(sandbox).closed === 'client')
  })
})

// Leaves out the last way: Node's pipeline does not end its source if the response is already over.
describe.for(ways.slice(0, -1))('%s', ([, way]) => {
  test('takes no event for a client that has already disconnected', async () => {
    const events = source(endless(10))
    await using server = await serving(events, way, async (res) => {
      await expectWithinASecond(() => res.destroyed)
    })
    const client = await rawClient(server.port)
    await expectWithinASecond(() => server.res !== undefined)
    client.socket.destroy()
    await expectWithinASecond(() => server.settled && events.returned === 1)
    expect(events.taken).toBe(0)
  })

  test('ends when the application has already ended the response', async () => {
    const events = source(endless(10))
    await using server = await serving(events, way, async (res) => void res.end('mine'))
    const client = await rawClient(server.port)
    await expectWithinASecond(() => server.settled && events.returned === 1)
    expect(events.taken).toBeLessThanOrEqual(2)
    client.socket.destroy()
  })
})

test('the socket reports a disconnect that a wrapped response does not report', async () => {
  const events = source([text('a')], 'silence')
  await using server = await serving(events, (each, res) => {
    const deaf = new Proxy(res, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown =>
          args[0] === 'close' ? deaf : Reflect.apply(value, target, args)
      },
    })
    return pipeToResponse(each, deaf, { req: res.req })
  })
  const client = await rawClient(server.port)
  await client.until((all) => all.includes('data:'))
  client.socket.destroy()
  await expectWithinASecond(() => server.settled && events.returned === 1)
})

test('a source that always has an event does not block the event loop', async () => {
  const events = source(endless(100))
  await using server = await serve((req, res) => {
    void pipeToResponse(events, res, { req })
  })
  // Reads in another process, which keeps up while this one is busy.
  const reader = spawn(process.execPath, [
    '-e',
    `require('node:http').get(${JSON.stringify(server.url)}, (response) => response.resume())`,
  ])
  try {
    await expect.poll(() => events.taken).toBeGreaterThan(0)
    const watch = startStopwatch()
    for (let turn = 0; turn < 10; turn += 1) await delay(10)
    // The timers take 0.1 s. If writing did not yield, each of them would be late by hundreds of ms.
    expect(watch.ms).toBeLessThan(1000)
  } finally {
    reader.kill('SIGKILL')
  }
  await expectWithinASecond(() => events.returned === 1)
})

test('leaving the loop over a Node readable ends the request to VecTrade', async () => {
  await using sandbox = await startSandbox({ tokensPerSecond: 50 })
  for await (const _ of toNodeReadable(clientOf(sandbox).ai.stream(prompt))) break
  await expectWithinASecond(() => lastRequest(sandbox).closed === 'client')
})
