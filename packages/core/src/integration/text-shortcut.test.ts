import { expect, test } from 'vitest'
import { eventFromWire } from '../events/wire.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import { decodeEventStream, fromReadableStream, VecTradeError } from '../index.ts'
import { bodyOf, utf8 } from '../test-support/decoding.ts'

const json = (value: unknown): string => JSON.stringify(value)

interface Outcome {
  events: StreamEvent[]
  failed: boolean
}

async function read(events: AsyncIterable<StreamEvent>): Promise<Outcome> {
  const seen: StreamEvent[] = []
  try {
    for await (const event of events) seen.push(event)
    return { events: seen, failed: false }
  } catch (error) {
    expect(VecTradeError.isInstance(error)).toBe(true)
    return { events: seen, failed: true }
  }
}

/** Reads every event with the decoder and `JSON.parse`. */
async function* parsed(bytes: Uint8Array): AsyncGenerator<StreamEvent> {
  for await (const { data } of decodeEventStream(bodyOf([bytes]))) {
    if (data === '[DONE]') return
    yield eventFromWire(jsonOf(data))
  }
}

function jsonOf(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch (error) {
    throw new VecTradeError('not JSON', 'stream_protocol_error', { cause: error })
  }
}

/** Each looks like a text event and differs from one. */
test.for([
  '{"type":"text","content":"q","more":1}',
  '{"content":"q","type":"text","content":"q"}',
  '{"content":"~probe~","type":"text","content":"~probe~"}',
  '{"type":"text","content":"q","type":"metadata"}',
  '{"type":"text","text":"q","content":"q"}',
  '{"type":"text","content":"a\tb"}',
])('events like %s are read as the parsers read them, however often', async (shape) => {
  const other = shape.replace(/"(q|~probe~)"/, '"other"')
  for (const blocks of [
    [shape, shape, shape],
    [shape, other, shape],
    [json({ type: 'text', content: 'z' }), shape, other],
  ]) {
    const bytes = utf8(`${blocks.map((line) => `data: ${line}\n\n`).join('')}data: [DONE]\n\n`)
    const expected = await read(parsed(bytes))
    expect(await read(fromReadableStream(bodyOf([bytes])))).toEqual(expected)
  }
})

test('each event has its last event ID if only some events set one', async () => {
  const plain = `data: ${json({ type: 'text', content: 'a' })}\n\n`
  const stream = fromReadableStream(
    bodyOf([utf8(`${plain}${plain}id: 3\n${plain}${plain}id\n${plain}${plain}data: [DONE]\n\n`)]),
  )
  const seen: string[] = []
  for await (const _ of stream) seen.push(stream.lastEventId)
  expect(seen).toEqual(['', '', '3', '3', '', ''])
})

const plain = `data: ${json({ type: 'text', content: 'a' })}\n\n`

test('an empty ID without an event resets the last event ID', async () => {
  const bytes = utf8(`${plain}id: 3\n${plain}id\n\n${plain}data: [DONE]\n\n`)
  const stream = fromReadableStream(bodyOf([bytes]))
  const seen: string[] = []
  for await (const _ of stream) seen.push(stream.lastEventId)
  expect(seen).toEqual(['', '3', ''])
})

test('the parser reads an event that began in an earlier chunk', async () => {
  const chunks = [plain + plain, 'event: error\n', plain].map(utf8)
  const { events, failed } = await read(fromReadableStream(bodyOf(chunks)))
  expect(events).toHaveLength(2)
  expect(failed).toBe(true)
})

test('maxEventBytes also limits the events that the shortcut reads', async () => {
  const long = `data: ${json({ type: 'text', content: 'b'.repeat(200) })}\n\n`
  const stream = fromReadableStream(bodyOf([utf8(plain + plain + long)]), { maxEventBytes: 100 })
  const { events, failed } = await read(stream)
  expect(events).toHaveLength(2)
  expect(failed).toBe(true)
})
