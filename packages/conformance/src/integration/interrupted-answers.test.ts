import { type Fault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { errorOf } from '@vectrade/test-kit/error-of'
import { clientOf, prompt } from './test-support/sandbox-client.ts'
import { chunk, startRawServer, streamHead } from '@vectrade/test-kit/raw-server'
import {
  type Analysis,
  RateLimitError,
  ServerError,
  type StreamEvent,
  StreamInterruptedError,
  StreamProtocolError,
  TimeoutError,
  type VecTradeError,
} from '@vectrade/core'

let sandbox: Sandbox
let whole: Analysis
let events: StreamEvent[]
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0 })
  whole = await clientOf(sandbox).ai.stream(prompt).finalAnalysis()
  events = await Array.fromAsync(clientOf(sandbox).ai.stream(prompt))
})
afterAll(() => sandbox.close())

/** Reads an interrupted answer. Returns its events and the error after them. */
async function readInterrupted(
  fault: Fault,
  options = {},
): Promise<[StreamEvent[], VecTradeError]> {
  const seen: StreamEvent[] = []
  const stream = clientOf(sandbox, fault, options).ai.stream(prompt)
  const error = await errorOf(
    (async () => {
      for await (const event of stream) seen.push(event)
    })(),
  )
  await lastRequest(sandbox).done
  return [seen, error as VecTradeError]
}

const textOf = (some: readonly StreamEvent[]): string => some.map(({ content }) => content).join('')

describe('a cut', () => {
  const cuts = ['fin', 'rst', 'clean'] as const
  test.for([0, 1, 2, 7].flatMap((cutAfterEvents) => cuts.map((cut) => ({ cutAfterEvents, cut }))))(
    '%j interrupts the stream, and the error holds what has arrived',
    async (fault) => {
      const [seen, error] = await readInterrupted({ ...fault, ids: true })
      expect(error).toBeInstanceOf(StreamInterruptedError)
      expect(error).toMatchObject({ phase: 'body', code: 'stream_interrupted', retryable: true })
      expect(error.requestId).toBe(lastRequest(sandbox).id)
      const { cutAfterEvents } = fault
      // A reset may overtake bytes that were sent before it, on either side of the connection.
      const arrived = fault.cut === 'rst' ? seen.length : cutAfterEvents
      expect(arrived).toBeLessThanOrEqual(cutAfterEvents)
      expect(seen).toEqual(events.slice(0, arrived))
      expect(error.partial).toEqual({
        text: textOf(seen),
        citations: seen.flatMap((event) =>
          event.type === 'citation' ? [{ source: event.source, url: event.url }] : [],
        ),
        lastEventId: arrived === 0 ? '' : String(arrived),
      })
    },
  )

  test.for(
    [0, 1, 100, 700].flatMap((cutAfterBytes) => cuts.map((cut) => ({ cutAfterBytes, cut }))),
  )('%j interrupts the stream, and no partial event is read', async (fault) => {
    const [seen, error] = await readInterrupted(fault)
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(seen).toEqual(events.slice(0, seen.length))
    expect(error.partial?.text).toBe(textOf(seen))
  })

  test('right before `done` interrupts the stream', async () => {
    const [seen, error] = await readInterrupted({ noDoneEvent: true, noDoneMarker: true })
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(seen).toEqual(events.slice(0, -1))
    expect(error.partial?.text).toBe(whole.text)
  })

  test('makes `analyze` reject', async () => {
    const client = clientOf(sandbox, { cutAfterBytes: 20, cut: 'rst' })
    expect(await errorOf(client.ai.analyze(prompt))).toBeInstanceOf(StreamInterruptedError)
    const half = clientOf(sandbox, { malformedAfterEvents: 0 })
    expect(await errorOf(half.ai.analyze(prompt))).toBeInstanceOf(StreamProtocolError)
  })

  test('by an invalid HTTP chunk interrupts the stream', async () => {
    await using server = await startRawServer((socket) => {
      socket.write(streamHead + chunk('data: {"type":"text","content":"a"}\n\n'))
      setTimeout(() => socket.write('ZZZ\r\n'), 50)
    })
    const client = clientOf({ url: server.url, apiKey: 'vq_none_at_all' })
    const error = await errorOf(client.ai.stream(prompt).finalText())
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(error).toMatchObject({ partial: { text: 'a' } })
    expect(server.received).toHaveLength(1)
  })

  test('after compressed bytes without a content-encoding interrupts the stream', async () => {
    const { gzipSync } = await import('node:zlib')
    const packed = gzipSync('data: {"type":"text","content":"a"}\n\ndata: [DONE]\n\n')
    await using server = await startRawServer((socket) => {
      socket.write(streamHead + `${packed.byteLength.toString(16)}\r\n`)
      socket.end(Buffer.concat([packed, Buffer.from('\r\n0\r\n\r\n')]))
    })
    const client = clientOf({ url: server.url, apiKey: 'vq_none_at_all' })
    expect(await errorOf(client.ai.stream(prompt).finalText())).toBeInstanceOf(
      StreamInterruptedError,
    )
  })
})

describe('an error event', () => {
  const shapes = ['documented', 'flat', 'problem', 'message'] as const
  const marks = ['event', 'type', 'both'] as const
  test.for(shapes.flatMap((errorShape) => marks.map((errorMark) => ({ errorShape, errorMark }))))(
    '%j is thrown as its class, after the events before it',
    async (fault) => {
      const [seen, error] = await readInterrupted({
        ...fault,
        errorAfterEvents: 3,
        errorType: 'rate_limit_error',
        message: 'Said so',
        bodyRetryAfter: 3,
      })
      expect(seen).toEqual(events.slice(0, 3))
      // An error that is only a message has no type.
      if (fault.errorShape === 'message') expect(error.name).toBe('APIError')
      else expect(error).toBeInstanceOf(RateLimitError)
      expect(error).toMatchObject({
        message: 'Said so',
        status: undefined,
        retryAfter: 3,
        requestId: lastRequest(sandbox).id,
        partial: { text: textOf(seen) },
      })
    },
  )

  test('as the first event is not retried', async () => {
    const before = sandbox.requests.length
    const [seen, error] = await readInterrupted({ errorAfterEvents: 0 }, { maxRetries: 2 })
    expect(seen).toEqual([])
    expect(error).toBeInstanceOf(ServerError)
    expect(sandbox.requests.length).toBe(before + 1)
  })
})

describe('silence', () => {
  test.for<[string, Fault, object, string]>([
    ['after headers', { stallAfterEvents: 0 }, { heartbeatTimeout: 100 }, 'heartbeat'],
    ['between events', { stallAfterEvents: 3 }, { heartbeatTimeout: 100 }, 'heartbeat'],
    ['within an event', { stallAfterBytes: 500 }, { heartbeatTimeout: 100 }, 'heartbeat'],
    [
      'with heartbeats',
      { stallAfterEvents: 3, heartbeat: 20 },
      { heartbeatTimeout: 1_000, idleTimeout: 1_500 },
      'idle',
    ],
    [
      'without heartbeats, with a shorter idle limit',
      { stallAfterEvents: 1 },
      { idleTimeout: 100 },
      'idle',
    ],
  ])('%s is a timeout', async ([, fault, limits, phase]) => {
    const [seen, error] = await readInterrupted(fault, { heartbeatTimeout: 1_500, ...limits })
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ phase, retryable: true, partial: { text: textOf(seen) } })
    expect(error.requestId).toBe(lastRequest(sandbox).id)
    expect(lastRequest(sandbox).closed).toBe('client')
  })

  test('in an answer of `analyze` is a timeout', async () => {
    const client = clientOf(sandbox, { stallAfterBytes: 10 }, { heartbeatTimeout: 100 })
    expect(await errorOf(client.ai.analyze(prompt))).toMatchObject({ phase: 'heartbeat' })
    await lastRequest(sandbox).done
  })

  test('that is shorter than the limits is no timeout', async () => {
    const fault = { stallAfterEvents: 2, stallFor: 1_500, heartbeat: 20 }
    const client = clientOf(sandbox, fault, { heartbeatTimeout: 1_000, idleTimeout: 15_000 })
    expect(await client.ai.stream(prompt).finalText()).toBe(whole.text)
  })
})

describe('a protocol error is', () => {
  test('data that is not JSON', async () => {
    const [seen, error] = await readInterrupted({ malformedAfterEvents: 2, linger: true })
    expect(seen).toEqual(events.slice(0, 2))
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(error.partial?.text).toBe(textOf(seen))
    expect(lastRequest(sandbox).closed).toBe('client')
  })

  test('an event that is one byte over the limit', async () => {
    const [seen, error] = await readInterrupted({ oversize: 5_001 }, { maxEventBytes: 5_000 })
    expect(seen).toEqual(events.slice(0, 1))
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(String(error)).toContain('maxEventBytes')
    expect(error.requestId).toBe(lastRequest(sandbox).id)
    const fits = clientOf(sandbox, { oversize: 5_000 }, { maxEventBytes: 5_000 })
    expect((await fits.ai.stream(prompt).finalText()).length).toBeGreaterThan(whole.text.length)
  })

  test('an event without an end, which is not buffered beyond the limit', async () => {
    const before = sandbox.requests.length
    const [, error] = await readInterrupted({ oversize: 2 ** 31 }, { maxEventBytes: 100_000 })
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(sandbox.requests[before]?.bytesSent).toBeLessThan(100_000_000)
  })
})
