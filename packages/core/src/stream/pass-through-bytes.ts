import type { PassThrough } from '../sse/message-reader.ts'
import { isRecord, parseJson } from '../events/json.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import { eventFromWire } from '../events/wire.ts'
import { decodeUtf8, encodeUtf8 } from '../sse/utf8.ts'
import type { TextShape } from './text-shape.ts'

/** The characters that may follow a backslash, `"\/bfnrt`. An event with `\u` goes to the parser. */
const escapes: ReadonlySet<number | undefined> = /* @__PURE__ */ new Set([
  0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74,
])
const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const quote = 0x22
const backslash = 0x5c
/** How many bytes at the end of a chunk are searched for the end of an event. */
const searched = 4096

/**
 * Finds the bytes that a relay can pass through unchanged.
 *
 * Only whole events pass: one `data` line of JSON with the type `text`, `citation` or `metadata`. A text event
 * is recognized by its bytes after its shape is learned. Any other event is parsed to see its type. From the
 * first event that does not pass, the rest of the chunk goes to the decoder. So the decoder sees every
 * end and error, every other type, every comment, name and id, and everything that is not JSON.
 */
export class PassThroughBytes implements PassThrough {
  readonly #maxEventBytes: number
  readonly #shape: TextShape
  /** The shape in bytes, set when it is learned. */
  #before: Uint8Array | undefined
  #after: Uint8Array = new Uint8Array()
  /** The bytes of an event whose end has not arrived. */
  #unfinished: Uint8Array = new Uint8Array()
  /** Whether the decoder has the beginning of an event whose end has not arrived. */
  #isDecoding = false

  /** @param maxEventBytes the limit of an event. An event that may exceed it goes to the decoder to be counted */
  constructor(maxEventBytes: number, shape: TextShape) {
    this.#maxEventBytes = maxEventBytes
    this.#shape = shape
  }

  /** Splits the next chunk into the bytes that pass and those to decode, which come after them. */
  split(chunk: Uint8Array): { passing: Uint8Array[]; toDecode: Uint8Array[] } {
    const begun = this.#unfinished
    const end = lastWholeEnd(chunk)
    const until =
      this.#isDecoding || end === 0 ? 0 : this.#passingEnd(begun, chunk.subarray(0, end))
    // A copy, because the reader of the relay owns the memory of the bytes that pass. `slice` of a Buffer makes none.
    this.#unfinished = end === 0 ? new Uint8Array() : new Uint8Array(chunk.subarray(end))
    // If no event ends in the chunk, or one may end with other line breaks, the decoder gets the whole chunk.
    this.#isDecoding = end === 0
    const decoded = end === 0 ? chunk : chunk.subarray(until, end)
    // Two pieces cost one more turn in the queue of a stream. Joining them would cost more, because it copies.
    return until === 0
      ? { passing: [], toDecode: nonEmpty(begun, decoded) }
      : { passing: nonEmpty(begun, chunk.subarray(0, until)), toDecode: nonEmpty(decoded) }
  }

  /** Returns the index in `bytes` after the last event that passes. The first one may have begun in `begun`. */
  #passingEnd(begun: Uint8Array, bytes: Uint8Array): number {
    let end = 0
    if (begun.length > 0) {
      end = begun.at(-1) === lineFeed ? 1 : bytes.indexOf(lineFeed) + 2
      const event = new Uint8Array(begun.length + end)
      event.set(begun)
      event.set(bytes.subarray(0, end), begun.length)
      if (this.#endOfEvent(event, 0) !== event.length) return 0
    }
    while (end < bytes.length) {
      const next = this.#endOfEvent(bytes, end)
      if (next === 0) break
      end = next
    }
    return end
  }

  /**
   * Returns the end of the event at `start`. Returns 0 if the event does not pass, or may be over the limit.
   *
   * The limit counts bytes after decoding. Then each byte that is not UTF-8 has become U+FFFD, which takes
   * three bytes.
   */
  #endOfEvent(bytes: Uint8Array, start: number): number {
    const end = this.#endOfText(bytes, start) || this.#endOfParsed(bytes, start)
    return (end - start) * 3 <= this.#maxEventBytes ? end : 0
  }

  /** Returns the end of a text event that has the shape, or 0. Needs no parser. */
  #endOfText(bytes: Uint8Array, start: number): number {
    const before = this.#before
    if (before === undefined || !hasAt(bytes, start, before)) return 0
    let at = start + before.length
    while (at < bytes.length && bytes[at] !== quote) {
      // In a JSON string, control characters must be escaped.
      if (bytes[at]! < space) return 0
      if (bytes[at] === backslash) {
        at += 1
        if (!escapes.has(bytes[at])) return 0
      }
      at += 1
    }
    return hasAt(bytes, at, this.#after) ? at + this.#after.length : 0
  }

  /** Returns the end of any other event that passes, or 0. Parses the event. */
  #endOfParsed(bytes: Uint8Array, start: number): number {
    const end = bytes.indexOf(lineFeed, start)
    if (end === -1 || bytes[end + 1] !== lineFeed) return 0
    const line = decodeUtf8(bytes.subarray(start, end))
    if (!line.startsWith('data: {') || line.includes('\r')) return 0
    const data = line.slice('data: '.length)
    const wire = parseJson(data)
    if (!isRecord(wire) || !passes(wire['type'] as StreamEvent['type'])) return 0
    this.#learn(data, wire)
    return end + 2
  }

  #learn(data: string, wire: unknown): void {
    if (this.#before !== undefined) return
    this.#shape.learn(data, eventFromWire(wire))
    if (!this.#shape.canRead) return
    this.#before = encodeUtf8(this.#shape.before)
    this.#after = encodeUtf8(this.#shape.after)
  }
}

function hasAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  if (at + part.length > bytes.length) return false
  for (let index = 0; index < part.length; index += 1) {
    if (bytes[at + index] !== part[index]) return false
  }
  return true
}

/** Whether an event of this type neither ends an answer nor reports a failure. Any value may come. */
function passes(kind: StreamEvent['type']): boolean {
  if (kind === 'text' || kind === 'citation' || kind === 'metadata') return true
  kind satisfies 'done' | 'unknown'
  return false
}

/**
 * Returns the index after the last LF LF in the last 4096 bytes of a chunk. Returns 0 if there is none, or if a CR
 * follows it, because a later event may then end with other line breaks.
 */
function lastWholeEnd(chunk: Uint8Array): number {
  for (let at = chunk.length; at >= Math.max(2, chunk.length - searched); at -= 1) {
    if (chunk[at - 1] === lineFeed && chunk[at - 2] === lineFeed) {
      return chunk.includes(carriageReturn, at) ? 0 : at
    }
  }
  return 0
}

function nonEmpty(...pieces: Uint8Array[]): Uint8Array[] {
  return pieces.filter(({ length }) => length > 0)
}
