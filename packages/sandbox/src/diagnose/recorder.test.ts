import { afterEach, beforeEach, expect, test, vi } from 'vitest'
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

test('counts an event where its last byte arrives', async () => {
  const { recorder } = await record(
    [100, ': hello\n\nda'],
    [300, 'ta: 1\n\ndata: 2\n\n'],
    [700, ': heartbeat\n\n'],
  )
  expect(recorder.arrivals).toEqual([
    { at: 100, until: 100, silence: 100, bytes: 11, events: 0, comments: 1, endsInsideLine: true },
    { at: 300, until: 300, silence: 200, bytes: 16, events: 2, comments: 0, endsInsideLine: false },
    { at: 700, until: 700, silence: 400, bytes: 13, events: 0, comments: 1, endsInsideLine: false },
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

test.each<[string, StreamEnd[]]>([
  ['data: [DONE]\n\n', ['answered']],
  ['data: {"type":"done"}\n\n', ['answered']],
  ['event: error\ndata: x\n\n', ['error-event']],
  ['data: {"type":"error"}\n\n', ['error-event']],
  ['data: {"error":"scope_denied"}\n\n', ['error-event']],
  ['data: {"type":"text","content":"[DONE]","error":1}\n\n', []],
  ['data: 7\n\ndata: null\n\ndata: {\n\n', []],
])('%j ends the stream with %j', async (text, expected) => {
  const { ends } = await record([1, text])
  expect(ends).toEqual(expected)
})
