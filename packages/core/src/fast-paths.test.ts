import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventFromWire, isRecord, type StreamEvent } from './events.ts'
import { decodeEventStream, fromReadableStream, VecTradeError } from './index.ts'
import { bodyOf, utf8 } from './test-support/decoding.ts'

const seed = 20_261_127

const json = (value: unknown): string => JSON.stringify(value)
const content = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    'type',
    'text',
    'content',
    'error',
    'done',
    '[DONE]',
    '\n\ndata: ',
    '\\',
    '"',
    '',
  ),
  fc.string({ minLength: 200, maxLength: 600 }),
)
const text = content.chain((piece) =>
  fc.constantFrom(
    json({ type: 'text', content: piece }),
    json({ content: piece, type: 'text' }),
    `{"content": ${json(piece)}, "type": "text"}`,
    json({ type: 'text', content: piece, more: piece }),
    `{"type":"text","type":"text","content":${json(piece)}}`,
    `{"type":"text","content":"a","content":${json(piece)}}`,
    `{"\\u0074ype":"text","content":${json(piece)}}`,
  ),
)
const data = fc.oneof(
  { weight: 6, arbitrary: text },
  content.map((source) => json({ type: 'citation', source, url: 'https://e/' })),
  fc.constantFrom('1', 'null', '{"type":"new"}', '{"type":"text","content":1}'),
)
const block = fc.oneof(
  { weight: 8, arbitrary: data.map((line) => `data: ${line}\n\n`) },
  data.map((line) => `data:${line}\n\n`),
  data.map((line) => `data: ${line}\r\n\r\n`),
  data.map((line) => `event: named\nid: 7\ndata: ${line}\n\n`),
  data.map((line) => `data: ${line.replace(':', ':\ndata: ')}\n\n`),
  fc.constantFrom(
    ': comment\n\n',
    'id: 3\n\n',
    'retry: 5\n\n',
    '\n',
    '\r',
    'data\n\n',
    'id: 4\ndata\n\n',
    'data: {\n\n',
    'event: ping\ndata: 12:30\n\n',
    'data: {"error":"rate_limited","message":"m"}\n\n',
    'event: error\ndata: {"error":{"type":"rate_limit_error"}}\n\n',
    'data: {"type":"done"}\n\n',
  ),
)
const streams = fc.record({
  blocks: fc.array(block, { maxLength: 30 }),
  // The same text again and again, which the fast paths are for.
  shape: fc.constantFrom(
    '{"type":"text","content":"a \\n€"}',
    '{"content": "b", "type": "text"}',
    '{"type":"text","content":"c","more":1}',
  ),
  bulk: fc.constantFrom(0, 1, 200),
  cuts: fc.array(fc.nat(), { maxLength: 8 }),
})

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

async function* parsed(bytes: Uint8Array): AsyncGenerator<StreamEvent> {
  for await (const { event, data: line } of decodeEventStream(bodyOf([bytes]))) {
    if (line === '[DONE]') return
    if (line === '') continue
    let wire
    try {
      wire = JSON.parse(line)
    } catch (error) {
      if (event === undefined || event === 'error') {
        throw new VecTradeError('no JSON', 'test', { cause: error })
      }
      wire = line
    }
    const isMarked = event === 'error' || (isRecord(wire) && wire['type'] === 'error')
    const isUnmarked = event === undefined && isRecord(wire) && 'error' in wire
    if (isMarked || isUnmarked) throw new VecTradeError('an error', 'test')
    const result = eventFromWire(wire, event)
    yield result
    if (result.type === 'done') return
  }
}

const withBulk = ({ blocks, shape, bulk }: { blocks: string[]; shape: string; bulk: number }) => {
  const plain = `data: ${shape}\n\n`
  return utf8(`${plain}${blocks.join(plain.repeat(bulk))}${plain.repeat(bulk)}data: [DONE]\n\n`)
}

function cut(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const ends = cuts.map((at) => at % (bytes.length + 1)).toSorted((a, b) => a - b)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

test('a stream is what its messages are, one by one, however they look and are cut', async () => {
  await fc.assert(
    fc.asyncProperty(streams, async (given) => {
      const bytes = withBulk(given)
      const expected = await read(parsed(bytes))
      const chunks = cut(bytes, given.cuts)
      expect(await read(fromReadableStream(bodyOf(chunks)))).toEqual(expected)
    }),
    { seed, numRuns: 1000 },
  )
})

test('so it is behind a relay', async () => {
  await fc.assert(
    fc.asyncProperty(streams, async (given) => {
      const bytes = withBulk(given)
      const expected = await read(parsed(bytes))
      const chunks = cut(bytes, given.cuts)
      const relayed = fromReadableStream(bodyOf(chunks)).toReadableStream()
      expect(await read(fromReadableStream(relayed))).toEqual(expected)
    }),
    { seed, numRuns: 1000 },
  )
})

/** Of a shape that looks like text and is more, or less. */
test.for([
  '{"type":"text","content":"q","more":1}',
  '{"content":"q","type":"text","content":"q"}',
  '{"content":"~probe~","type":"text","content":"~probe~"}',
  '{"type":"text","content":"q","type":"metadata"}',
  '{"type":"text","text":"q","content":"q"}',
  '{"type":"text","content":"a\tb"}',
])('events like %s are read as by the parsers, again and again', async (shape) => {
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

test('IDs that come and go are those of the events', async () => {
  const plain = `data: ${json({ type: 'text', content: 'a' })}\n\n`
  const stream = fromReadableStream(
    bodyOf([utf8(`${plain}${plain}id: 3\n${plain}${plain}id\n${plain}${plain}data: [DONE]\n\n`)]),
  )
  const seen: string[] = []
  for await (const _ of stream) seen.push(stream.lastEventId)
  expect(seen).toEqual(['', '', '3', '3', '', ''])
})

const plain = `data: ${json({ type: 'text', content: 'a' })}\n\n`

test('an ID is taken back without an event as well', async () => {
  const bytes = utf8(`${plain}id: 3\n${plain}id\n\n${plain}data: [DONE]\n\n`)
  const stream = fromReadableStream(bodyOf([bytes]))
  const seen: string[] = []
  for await (const _ of stream) seen.push(stream.lastEventId)
  expect(seen).toEqual(['', '3', ''])
})

test("an event that has begun is the parser's, whatever its next chunk looks like", async () => {
  const chunks = [plain + plain, 'event: error\n', plain].map(utf8)
  const { events, failed } = await read(fromReadableStream(bodyOf(chunks)))
  expect(events).toHaveLength(2)
  expect(failed).toBe(true)
})

test('a limit is one for events of a shape that is known, too', async () => {
  const long = `data: ${json({ type: 'text', content: 'b'.repeat(200) })}\n\n`
  const stream = fromReadableStream(bodyOf([utf8(plain + plain + long)]), { maxEventBytes: 100 })
  const { events, failed } = await read(stream)
  expect(events).toHaveLength(2)
  expect(failed).toBe(true)
})
