import type { PassThrough } from '../sse/decode.ts'
import { isRecord, parseJson } from '../events/json.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import { decodeUtf8 } from '../sse/utf8.ts'

/** How VecTrade begins a text event: 32 bytes, as 32-bit words, because words compare faster than bytes. */
const textStart = /* @__PURE__ */ wordsOf('data: {"type":"text","content":"')
/** The characters that may follow a backslash, `"\/bfnrt`. An event with `\u` goes to the parser. */
const escapes: ReadonlySet<number | undefined> = /* @__PURE__ */ new Set([
  0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74,
])
const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const quote = 0x22
const backslash = 0x5c
const closingBrace = 0x7d
/** How many bytes at the end of a chunk are searched for the end of an event. */
const searched = 4096

/**
 * Finds the bytes that a relay can pass through unchanged.
 *
 * Only whole events pass: one `data` line of JSON with the type `text`, `citation` or `metadata`. A text event
 * in the form that VecTrade sends is recognized by its bytes. Any other event is parsed to see its type. From
 * the first event that does not pass, the rest of the chunk goes to the decoder. So the decoder sees every
 * end and error, every other type, every comment, name and id, and everything that is not JSON.
 */
export class PassThroughBytes implements PassThrough {
  readonly #maxEventBytes: number
  /** The bytes of an event whose end has not arrived. */
  #unfinished: Uint8Array = new Uint8Array()
  /** Whether the decoder has the beginning of an event whose end has not arrived. */
  #isDecoding = false

  /** @param maxEventBytes the limit of an event. An event that may exceed it goes to the decoder to be counted */
  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes
  }

  /** Splits the next chunk into the bytes that pass and those to decode, which come after them. */
  split(chunk: Uint8Array): { passing: Uint8Array[]; toDecode: Uint8Array[] } {
    const begun = this.#unfinished
    const end = lastWholeEnd(chunk)
    const until =
      this.#isDecoding || end === 0 ? 0 : this.#passingEnd(begun, chunk.subarray(0, end))
    // A copy, because the reader of the relay owns the memory of the bytes that pass.
    this.#unfinished = end === 0 ? new Uint8Array() : chunk.slice(end)
    // If no event ends in the chunk, or one may end with other line breaks, the decoder gets the whole chunk.
    this.#isDecoding = end === 0
    const decoded = end === 0 ? chunk : chunk.subarray(until, end)
    // Two pieces cost one more turn in the queue of a stream. Joining them would cost more, because it copies.
    return until === 0
      ? { passing: [], toDecode: nonEmpty(begun, decoded) }
      : { passing: nonEmpty(begun, chunk.subarray(0, until)), toDecode: nonEmpty(decoded) }
  }

  /** Returns where the events that pass end in `bytes`. The first one may have begun in `begun`. */
  #passingEnd(begun: Uint8Array, bytes: Uint8Array): number {
    let end = 0
    if (begun.length > 0) {
      end = begun.at(-1) === lineFeed ? 1 : bytes.indexOf(lineFeed) + 2
      const event = new Uint8Array(begun.length + end)
      event.set(begun)
      event.set(bytes.subarray(0, end), begun.length)
      if (endOfEvent(event, viewOf(event), 0, this.#maxEventBytes) !== event.length) return 0
    }
    const view = viewOf(bytes)
    const most = this.#maxEventBytes
    while (end < bytes.length) {
      const next = endOfEvent(bytes, view, end, most)
      if (next === 0) break
      end = next
    }
    return end
  }
}

/**
 * Returns the end of the event at `start`. Returns 0 if the event does not pass, or may be over `most` bytes.
 *
 * The limit counts bytes after decoding. Then each byte that is not UTF-8 has become U+FFFD, which takes
 * three bytes.
 */
function endOfEvent(bytes: Uint8Array, view: DataView, start: number, most: number): number {
  const end = endOfText(bytes, view, start) || endOfParsed(bytes, start)
  return (end - start) * 3 <= most ? end : 0
}

/** Returns the end of a text event in the form that VecTrade sends, or 0. Needs no parser. */
function endOfText(bytes: Uint8Array, view: DataView, start: number): number {
  const length = 4 * textStart.length
  // After it, there are at least `"}` and a blank line.
  if (start + length + 4 > bytes.length) return 0
  for (let word = 0; word < textStart.length; word += 1) {
    if (view.getUint32(start + 4 * word) !== textStart[word]) return 0
  }
  const last = bytes.length - 4
  let at = start + length
  while (at <= last && bytes[at] !== quote) {
    // In a JSON string, control characters must be escaped.
    if (bytes[at]! < space) return 0
    if (bytes[at] === backslash) {
      at += 1
      if (!escapes.has(bytes[at])) return 0
    }
    at += 1
  }
  const isWhole =
    at <= last &&
    bytes[at + 1] === closingBrace &&
    bytes[at + 2] === lineFeed &&
    bytes[at + 3] === lineFeed
  return isWhole ? at + 4 : 0
}

/** Returns the end of any other event that passes, or 0. Parses the event. */
function endOfParsed(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(lineFeed, start)
  if (end === -1 || bytes[end + 1] !== lineFeed) return 0
  const line = decodeUtf8(bytes.subarray(start, end))
  if (!line.startsWith('data: {') || line.includes('\r')) return 0
  const wire = parseJson(line.slice('data: '.length))
  return isRecord(wire) && passes(wire['type'] as StreamEvent['type']) ? end + 2 : 0
}

/** Whether an event of this type neither ends an answer nor reports a failure. Any value may come. */
function passes(kind: StreamEvent['type']): boolean {
  if (kind === 'text' || kind === 'citation' || kind === 'metadata') return true
  kind satisfies 'done' | 'unknown'
  return false
}

/** Returns a text of ASCII characters as 32-bit words. */
function wordsOf(text: string): number[] {
  const view = viewOf(Uint8Array.from(text, (character) => character.charCodeAt(0)))
  return Array.from({ length: view.byteLength / 4 }, (_, word) => view.getUint32(4 * word))
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** Returns the end of the last event of a chunk. Returns 0 if no end is found, or if a later one may exist. */
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
