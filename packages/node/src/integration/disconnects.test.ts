import { spawn } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import { type Fault, startSandbox } from '@vectrade/sandbox'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { delay, lastRequest, expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { type OwnTimers, watchOwnTimers } from '../test-support/own-timers.ts'
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
  /** Whether the promise has settled. */
  settled: boolean
  res: ServerResponse | undefined
  /** The most bytes that were ever held for the client. */
  mostBuffered: number
}

type Serve = (
  events: CountedSource | AnalysisStream,
  res: ServerResponse,
  signal?: AbortSignal,
) => Promise<void>

/** The ways to serve: all must stand the same. */
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
      state.mostBuffered = Math.max(state.mostBuffered, res.writableLength)
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
    mostBuffered: 0,
  })
  return state
}

describe.for(ways)('%s', ([, way]) => {
  test.for([1_000, 100_000, 3_000_000])(
    'holds little for a client that does not read, events of %i bytes, and ends when it vanishes',
    async (size) => {
      const events = source(endless(size))
      await using server = await serving(events, way)
      const client = await rawClient(server.port, { read: false })
      // What the system takes on its own account is full once nothing more is taken.
      let taken = -1
      while (events.taken === 0 || taken !== events.taken) {
        taken = events.taken
        await delay(100)
      }
      expect(server.settled).toBe(false)
      expect(server.mostBuffered).toBeGreaterThan(0)
      expect(server.mostBuffered).toBeLessThanOrEqual(2 ** 20 + size + 1_000)
      client.socket.destroy()
      await expectWithinASecond(() => server.settled && events.returned > 0)
      const { taken: last } = events
      await delay(20)
      expect(events).toMatchObject({ taken: last, returned: 1 })
    },
  )

  test('goes on when a client that did not read does', async () => {
    const events = source(Array.from({ length: 200 }, () => text('x'.repeat(100_000))))
    await using server = await serving(events, way)
    const client = await rawClient(server.port, { headers: ['connection: close'], read: false })
    await delay(200)
    expect(events.taken).toBeLessThan(200)
    let bytes = 0
    client.socket.on('data', (chunk: Buffer) => (bytes += chunk.byteLength))
    await client.ended
    expect(bytes).toBeGreaterThan(20_000_000)
    expect(events.taken).toBe(200)
    await expectWithinASecond(() => server.settled)
  })

  test.for(['destroy', 'resetAndDestroy', 'end'] as const)(
    'ends while the source is silent, when the client leaves by %s()',
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
    ['vanishes, then it is aborted', ['vanish', 'abort']],
    ['is there when it is aborted, then vanishes', ['abort', 'vanish']],
    [
      'vanishes when it is aborted and the application ends the response',
      ['abort', 'end', 'vanish'],
    ],
  ] as const)('tells its source to end once when the client %s', async ([, endings]) => {
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

  test('ends when the client leaves what is sent but not read', async () => {
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

// Without the last: Node's own pipeline leaves its source alone where the response is over already.
describe.for(ways.slice(0, -1))('%s', ([, way]) => {
  test('takes nothing for a client that has gone before', async () => {
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

  test('ends when the application has ended it before', async () => {
    const events = source(endless(10))
    await using server = await serving(events, way, async (res) => void res.end('mine'))
    const client = await rawClient(server.port)
    await expectWithinASecond(() => server.settled && events.returned === 1)
    expect(events.taken).toBeLessThanOrEqual(2)
    client.socket.destroy()
  })
})

test('the socket tells where a wrapped response does not', async () => {
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

test('a source that is never at a loss leaves its turn to everything else', async () => {
  const sourceOfPlenty = source(endless(100))
  await using server = await serve((req, res) => {
    void pipeToResponse(sourceOfPlenty, res, { req })
  })
  // Another process: it keeps up while this one is busy.
  const reader = spawn(process.execPath, [
    '-e',
    `require('node:http').get(${JSON.stringify(server.url)}, (response) => response.resume())`,
  ])
  try {
    await expectWithinASecond(() => sourceOfPlenty.taken > 0)
    const start = performance.now()
    for (let turn = 0; turn < 10; turn += 1) await delay(10)
    // A tenth of a second's timers; without its turn each of them is late by hundreds of ms.
    expect(performance.now() - start).toBeLessThan(1000)
  } finally {
    reader.kill('SIGKILL')
  }
  await expectWithinASecond(() => sourceOfPlenty.returned === 1)
})
