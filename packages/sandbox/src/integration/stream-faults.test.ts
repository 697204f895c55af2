import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../faults.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { dataOf, prompt, type RawAnswer, rawRequest, textOf } from '../test-support/raw-request.ts'

let sandbox: Sandbox
let whole: RawAnswer
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0 })
  whole = await rawRequest(sandbox)
})
afterAll(() => sandbox.close())

/** Returns the first events of the undisturbed answer, as they are sent. */
function events(count: number): string {
  return whole.body
    .toString()
    .split(/(?<=\n\n)/)
    .slice(0, count)
    .join('')
}

describe('a cut', () => {
  test.each([0, 1, 5])('after %i events sends exactly those events', async (cutAfterEvents) => {
    for (const cut of ['fin', 'rst', 'clean'] as const) {
      const answer = await rawRequest(sandbox, { fault: { cutAfterEvents, cut } })
      expect(answer.status).toBe(200)
      expect(answer.body.toString()).toBe(events(cutAfterEvents))
      expect(answer.terminated).toBe(cut === 'clean')
      expect(answer.end).toBe(cut === 'rst' ? 'rst' : 'fin')
      expect(sandbox.requests.at(-1)).toMatchObject({
        eventsSent: cutAfterEvents,
        bytesSent: answer.body.length,
        closed: 'fault',
      })
    }
  })

  test.each([0, 1, 100, 1234])(
    'after %i bytes sends exactly those bytes',
    async (cutAfterBytes) => {
      for (const cut of ['fin', 'rst', 'clean'] as const) {
        const answer = await rawRequest(sandbox, { fault: { cutAfterBytes, cut } })
        expect(answer.body.equals(whole.body.subarray(0, cutAfterBytes))).toBe(true)
        expect(answer).toMatchObject({ terminated: cut === 'clean' })
        expect(answer.end).toBe(cut === 'rst' ? 'rst' : 'fin')
      }
    },
  )

  test('is a FIN by default', async () => {
    const answer = await rawRequest(sandbox, { fault: { cutAfterEvents: 2 } })
    expect(answer).toMatchObject({ end: 'fin', terminated: false })
  })

  test('past the end has no effect', async () => {
    const answer = await rawRequest(sandbox, { fault: { cutAfterEvents: 100_000 } })
    expect(answer.body.equals(whole.body)).toBe(true)
  })

  test('after the last event leaves out only [DONE]', async () => {
    const total = dataOf(whole.body).length - 1
    const answer = await rawRequest(sandbox, { fault: { cutAfterEvents: total } })
    expect(answer.body.toString()).toBe(events(total))
    expect(JSON.parse(dataOf(answer.body).at(-1)!)).toMatchObject({ type: 'done' })
  })

  test('by bytes also works for JSON answers and errors', async () => {
    const body = JSON.stringify({ prompt, stream: false })
    for (const cut of ['fin', 'clean'] as const) {
      const answer = await rawRequest(sandbox, { body, fault: { cutAfterBytes: 20, cut } })
      expect(answer.body.length).toBe(20)
      expect(answer.headers.has('content-length')).toBe(cut === 'fin')
      expect(answer.terminated).toBe(cut === 'clean')
    }
    const failed = await rawRequest(sandbox, { fault: { status: 500, cutAfterBytes: 5 } })
    expect(failed.body.toString()).toBe('{"err')
  })
})

describe('a stall', () => {
  test('after n events sends only heartbeats', async () => {
    const answer = await rawRequest(sandbox, {
      fault: { stallAfterEvents: 3, heartbeat: 10 },
      until: (text) => text.split(': heartbeat').length > 4,
    })
    expect(answer.end).toBe('open')
    expect(answer.body.toString()).toBe(`${events(3)}${': heartbeat\n\n'.repeat(4)}`)
    const record = sandbox.requests.at(-1)
    await record?.done
    expect(record).toMatchObject({ closed: 'client', eventsSent: 3 })
  })

  test.each<[string, Fault]>([
    ['events', { stallAfterEvents: 3, stallFor: 150, heartbeat: 0 }],
    ['bytes', { stallAfterBytes: 321, stallFor: 150, heartbeat: 10 }],
  ])('after n %s can be silent, and can end', async (_name, fault) => {
    const start = performance.now()
    const answer = await rawRequest(sandbox, { fault })
    expect(performance.now() - start).toBeGreaterThan(145)
    expect(answer.body.equals(whole.body)).toBe(true)
  })

  test('after n bytes can stop inside an event', async () => {
    const answer = await rawRequest(sandbox, {
      fault: { stallAfterBytes: 10 },
      until: (text) => text.includes('\r\na\r\n'),
    })
    expect(answer.body.toString()).toBe('data: {"ty')
  })

  test('ends before a cut at a later position', async () => {
    const fault = { stallAfterBytes: 10, stallFor: 50, cutAfterBytes: 12 }
    const answer = await rawRequest(sandbox, { fault })
    expect(answer.frames.map((frame) => frame.length)).toEqual([10, 2])
  })
})

describe('an error event', () => {
  const details = { errorType: 'rate_limit_error', message: 'Slow', bodyRetryAfter: 3 }
  const inner = { type: 'rate_limit_error', message: 'Slow', retry_after: 3 }
  const flat = { error_code: 'rate_limit_error', message: 'Slow', retry_after: 3 }
  const problem = { title: 'rate_limit_error', detail: 'Slow', retry_after: 3 }

  test.each<[NonNullable<Fault['errorShape']>, NonNullable<Fault['errorMark']>, object]>([
    ['documented', 'event', { error: inner }],
    ['documented', 'type', { type: 'error', error: inner }],
    ['documented', 'both', { type: 'error', error: inner }],
    ['flat', 'event', flat],
    ['flat', 'type', { type: 'error', ...flat }],
    ['problem', 'event', { type: 'https://errors.example.com/rate_limit_error', ...problem }],
    ['problem', 'both', { type: 'error', ...problem }],
    ['message', 'type', { type: 'error', message: 'Slow', retry_after: 3 }],
  ])('can have the shape %s, marked by %s', async (errorShape, errorMark, expected) => {
    const fault = { errorAfterEvents: 2, errorShape, errorMark, ...details }
    const answer = await rawRequest(sandbox, { fault })
    const body = answer.body.toString()
    expect(body.slice(0, events(2).length)).toBe(events(2))
    const rest = body.slice(events(2).length)
    expect(rest.startsWith('event: error\n')).toBe(errorMark !== 'type')
    const data = dataOf(rest)
    expect(data).toHaveLength(1)
    expect(JSON.parse(data[0]!)).toMatchObject(expected)
    expect(answer).toMatchObject({ terminated: true, end: 'fin' })
  })
})

describe('events', () => {
  test('can be invalid JSON', async () => {
    const answer = await rawRequest(sandbox, { fault: { malformedAfterEvents: 1 } })
    const data = dataOf(answer.body)
    expect(() => JSON.parse(data[1]!)).toThrow(SyntaxError)
    expect(data.toSpliced(1, 1)).toEqual(dataOf(whole.body))
  })

  test('malformedAfterEvents cuts a JSON answer in half', async () => {
    const body = JSON.stringify({ prompt, stream: false })
    const answer = await rawRequest(sandbox, { body, fault: { malformedAfterEvents: 0 } })
    expect(answer.headers.get('content-length')).toBe(String(answer.body.length))
    expect(() => JSON.parse(answer.body.toString())).toThrow(SyntaxError)
  })

  test('can have unknown types', async () => {
    const answer = await rawRequest(sandbox, { fault: { unknownAfterEvents: 2 } })
    const rest = answer.body.toString().slice(events(2).length)
    expect(JSON.parse(dataOf(rest)[0]!)).toMatchObject({ type: 'progress' })
    expect(rest).toContain('\n\nevent: trace\ndata: {"span"')
    expect(textOf(answer.body)).toBe(textOf(whole.body))
  })

  test.each([64, 65_536, 1_000_001])('can have data of %i bytes', async (oversize) => {
    const answer = await rawRequest(sandbox, { fault: { oversize } })
    const data = dataOf(answer.body)
    expect(data[1]?.length).toBe(oversize)
    expect(JSON.parse(data[1]!)).toMatchObject({ type: 'text' })
    expect(data.toSpliced(1, 1)).toEqual(dataOf(whole.body))
  })

  test('can be 100,000, packed into large writes', async () => {
    const answer = await rawRequest(sandbox, { fault: { events: 100_000, chunkBytes: 65_536 } })
    const data = dataOf(answer.body)
    expect(data).toHaveLength(100_003)
    expect(data.at(-2)).toContain('"completion_tokens":100000')
    expect(answer.frames.length).toBe(Math.ceil(answer.body.length / 65_536))
    expect(sandbox.requests.at(-1)).toMatchObject({ eventsSent: 100_002, closed: 'finished' })
  })

  test('can have ids and a retry', async () => {
    const answer = await rawRequest(sandbox, { fault: { ids: true, retry: 1500 } })
    const body = answer.body.toString()
    expect(body.startsWith('retry: 1500\n\nid: 1\ndata: {')).toBe(true)
    const ids = [...body.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
    expect(ids).toEqual(ids.map((_id, at) => at + 1))
    expect(ids).toHaveLength(dataOf(whole.body).length - 1)
  })
})

describe('the end of the stream', () => {
  test.each<[Fault, number]>([
    [{ noDoneEvent: true }, 1],
    [{ noDoneMarker: true }, 1],
    [{ noDoneEvent: true, noDoneMarker: true }, 2],
  ])('can be without some events: %j', async (fault, missing) => {
    const answer = await rawRequest(sandbox, { fault })
    const data = dataOf(answer.body)
    expect(data).toHaveLength(dataOf(whole.body).length - missing)
    expect(data.includes('[DONE]')).toBe(fault.noDoneMarker !== true)
    expect(data.some((each) => each.startsWith('{"type":"done"'))).toBe(fault.noDoneEvent !== true)
    expect(answer).toMatchObject({ terminated: true, end: 'fin' })
  })

  test('can keep the connection open', async () => {
    const answer = await rawRequest(sandbox, {
      fault: { linger: true, heartbeat: 20 },
      until: (text) => /\[DONE\][^]*: heartbeat/.test(text),
    })
    expect(answer).toMatchObject({ terminated: false, end: 'open' })
  })
})

describe('the bytes of the stream', () => {
  test.each([1, 7, 1000])('can be written in pieces of %i', async (chunkBytes) => {
    const answer = await rawRequest(sandbox, { fault: { chunkBytes } })
    expect(answer.body.equals(whole.body)).toBe(true)
    expect(new Set(answer.frames.slice(0, -1).map((frame) => frame.length))).toEqual(
      new Set([chunkBytes]),
    )
    expect(sandbox.requests.at(-1)).toMatchObject({ eventsSent: dataOf(whole.body).length - 1 })
  })

  test('are all written before a pause', async () => {
    const fault = { chunkBytes: 1_000_000, stallAfterEvents: 2, stallFor: 20 }
    const answer = await rawRequest(sandbox, { fault })
    expect(answer.frames).toHaveLength(2)
    expect(answer.frames[0]?.toString()).toBe(events(2))
  })

  test.each([
    ['crlf', '\r\n'],
    ['cr', '\r'],
  ] as const)('can have %s line endings, also in heartbeats', async (lineEnding, lineBreak) => {
    const fault: Fault = { lineEnding, stallAfterEvents: 1, stallFor: 25, heartbeat: 20 }
    const answer = await rawRequest(sandbox, { fault })
    const body = answer.body.toString()
    expect(body).toContain(`: heartbeat${lineBreak}${lineBreak}`)
    const withoutHeartbeat = body.replace(`: heartbeat${lineBreak}${lineBreak}`, '')
    expect(withoutHeartbeat).toBe(whole.body.toString().replaceAll('\n', lineBreak))
  })

  test('can start with a byte order mark', async () => {
    const answer = await rawRequest(sandbox, { fault: { bom: true } })
    expect([...answer.body.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    expect(answer.body.subarray(3).equals(whole.body)).toBe(true)
  })

  test('can have their own pace', async () => {
    const start = performance.now()
    const fault = { events: 11, tokensPerSecond: 100, timeToFirstToken: 50 }
    await rawRequest(sandbox, { fault })
    expect(performance.now() - start).toBeGreaterThan(145)
  })
})
