import {
  decodeEventStream,
  fromReadableStream,
  type StreamEvent,
  StreamInterruptedError,
  StreamProtocolError,
  type TextEvent,
  VecTradeError,
} from '@vectrade/core'
import { assert } from 'chai'
import { bodyOf, every, utf8 } from './bytes.ts'
import { type Cases, forEach } from './cases.ts'
import { bytesOf, type ParserCase, parserCases } from './parser-cases.ts'

/**
 * The parser's cases, between text events that a stream reads and passes on by shortcuts. The
 * result must be the same as that of the decoder and a JSON parser, message by message.
 */
export function fastPaths(): Cases {
  return {
    ...forEach(parserCases, ({ name }) => `read: ${name}`, checkReading),
    ...forEach(parserCases, ({ name }) => `passed on: ${name}`, checkPassingOn),
  }
}

const piece = 'data: {"type":"text","content":"a piece"}\n\n'
/** Enough text events for the bytes to be passed on unchanged. */
const bulk = piece.repeat(200)

/**
 * Sizes of chunks: single bytes, sizes that cut events anywhere, several events, and everything at
 * once.
 */
const sizes = [1, 2, 7, piece.length * 3, Infinity]

async function checkReading(given: ParserCase): Promise<void> {
  const bytes = join(utf8(piece.repeat(3)), bytesOf(given), utf8(piece.repeat(2)))
  const expected = await reference(bytes)
  for (const size of sizes) {
    const outcome = await read(fromReadableStream(bodyOf(every(bytes, size))))
    assert.deepEqual(outcome, expected, `in chunks of ${size}`)
  }
}

async function checkPassingOn(given: ParserCase): Promise<void> {
  const few = join(utf8(piece.repeat(3)), bytesOf(given), utf8(piece.repeat(2)))
  for (const size of sizes) await checkRelay([...every(few, size)])
  await checkRelay([utf8(piece), join(utf8(bulk), bytesOf(given), utf8(bulk)), utf8(bulk)])
}

async function checkRelay(chunks: Uint8Array[]): Promise<void> {
  const expected = await reference(join(...chunks))
  const stream = fromReadableStream(bodyOf(chunks))
  const outcome = await read(fromReadableStream(stream.toReadableStream()))
  const events = expected.events.map(withSendableName)
  assert.deepEqual(outcome.events, events, `in ${chunks.length} chunks`)
  // The reader of a relay gets another error than the reader of the stream itself.
  assert.equal(outcome.error === undefined, expected.error === undefined)
}

/**
 * Replaces NUL in the name of an event with U+FFFD, because a server must not send NUL in a name.
 */
function withSendableName(event: StreamEvent): StreamEvent {
  if (event.type !== 'unknown') return event
  return { ...event, wireType: event.wireType.replaceAll('\0', '\u{FFFD}') }
}

interface Outcome {
  events: StreamEvent[]
  error: string | undefined
}

async function read(stream: AsyncIterable<StreamEvent>): Promise<Outcome> {
  const events: StreamEvent[] = []
  try {
    for await (const event of stream) events.push(event)
    return { events, error: undefined }
  } catch (error) {
    assert(error instanceof VecTradeError)
    return { events, error: error.name }
  }
}

/** Reads every event with the decoder and `JSON.parse`. */
async function reference(bytes: Uint8Array): Promise<Outcome> {
  const events: StreamEvent[] = []
  for await (const { event = '', data } of decodeEventStream(bodyOf([bytes]))) {
    if (data === '[DONE]') return { events, error: undefined }
    const wire = jsonOr(data)
    if (data.trim() === '') continue
    if (isText(wire)) {
      events.push(wire)
    } else if (wire !== data) {
      events.push({ type: 'unknown', content: '', wireType: event, data: wire })
    } else if (event === 'error') {
      return { events, error: 'APIError' }
    } else if (event === '' || event === 'message') {
      return { events, error: StreamProtocolError.name }
    } else {
      events.push({ type: 'unknown', content: '', wireType: event, data })
    }
  }
  return { events, error: StreamInterruptedError.name }
}

/** Returns the value of a JSON text, or the text itself if it is not JSON. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function isText(wire: unknown): wire is TextEvent {
  return typeof wire === 'object' && wire !== null && 'type' in wire && wire.type === 'text'
}

function join(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
