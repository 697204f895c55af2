import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Arrival } from './measurement.ts'
import { Recorder, type StreamEnd } from './recorder.ts'
import { Stalls } from './stalls.ts'

let now = 0
let stalls: Stalls
beforeEach(() => {
  now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  stalls = new Stalls(() => {})
})
afterEach(() => {
  stalls.stop()
  vi.restoreAllMocks()
})

/** Records texts that arrive at given times. Between them, the program runs. */
async function record(...texts: [at: number, text: string][]) {
  const ends: StreamEnd[] = []
  const recorder = new Recorder(0, stalls, (end) => ends.push(end))
  for (const [at, text] of texts) {
    for (; now < at; now += 1) stalls.look(now)
    recorder.add(new TextEncoder().encode(text))
  }
  recorder.end()
  await recorder.decoded
  return { recorder, ends }
}

function arrived(at: number, parts: Partial<Arrival>): Arrival {
  const counts = { bytes: 0, events: 0, comments: 0, commentsInRow: 0 }
  return { at, until: at, silence: 0, ...counts, endsInsideLine: false, ...parts }
}

test('counts an event where its last byte arrives', async () => {
  const { recorder } = await record(
    [100, ': hello\n\nda'],
    [300, 'ta: 1\n\ndata: 2\n\n'],
    [700, ': heartbeat\n\n'],
  )
  expect(recorder.arrivals).toEqual([
    arrived(100, { silence: 100, bytes: 11, comments: 1, endsInsideLine: true }),
    arrived(300, { silence: 200, bytes: 16, events: 2 }),
    arrived(700, { silence: 400, bytes: 13, comments: 1, commentsInRow: 1 }),
  ])
  expect(recorder).toMatchObject({ firstEventAt: 300, lastEventAt: 300 })
})

test('takes what arrives within 5 ms as one arrival', async () => {
  const { recorder } = await record([10, 'data: 1\n\n'], [14, 'data: 2\n'], [16, '\n'])
  expect(recorder.arrivals).toMatchObject([
    { at: 10, until: 14, silence: 10, events: 1 },
    { at: 16, until: 16, silence: 2, events: 1 },
  ])
})

test('takes a line whose end comes with the next line as a whole one', async () => {
  const { recorder } = await record([10, 'data: 1'], [50, '\n\ndata: 2'], [90, ' and more\n\n'])
  expect(recorder.arrivals.map((each) => each.endsInsideLine)).toEqual([false, true, false])
})

test.each<[string, StreamEnd[]]>([
  ['data: [DONE]\n\n', ['answered']],
  ['data: {"type":"done"}\n\n', ['answered']],
  ['event: error\ndata: x\n\n', ['error-event']],
  ['data: {"type":"error"}\n\n', ['error-event']],
  ['data: {"error":"scope_denied"}\n\n', ['error-event']],
  ['data: {"type":null,"error":{"code":1}}\n\n', ['error-event']],
  ['data: {"type":"text","content":"[DONE]","error":1}\n\n', []],
  ['data: {"choices":[],"error":null}\n\ndata: {"error":""}\n\ndata: {"error":false}\n\n', []],
  ['data: 7\n\ndata: null\n\ndata: {\n\n', []],
])('%j ends the stream with %j', async (text, expected) => {
  const { ends } = await record([1, text])
  expect(ends).toEqual(expected)
})
