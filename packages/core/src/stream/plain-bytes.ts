import type { PassThrough } from '../sse/decode.ts'
import { parseJson } from '../events/json.ts'
import { isRecord } from '../events/json.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import { decodeUtf8 } from '../sse/utf8.ts'

/** How VecTrade writes text, in 32-bit words, which compare faster than bytes: it is 32 bytes long. */
const beginning = /* @__PURE__ */ wordsOf('data: {"type":"text","content":"')
/** What may stand behind a backslash, `"\/bfnrt`, but for `u`, which is left to the parser. */
const escapes: ReadonlySet<number | undefined> = /* @__PURE__ */ new Set([
  0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74,
])
const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const quote = 0x22
const backslash = 0x5c
const closingBrace = 0x7d
/** How far before a chunk's end its last event is looked for. */
const tail = 4096

/**
 * Tells which bytes of an event stream can be passed on as they came: whole events, each one line of
 * JSON of a harmless type. All else is for a decoder: ends and errors, other types, comments, names,
 * ids, and what is no JSON.
 */
export class PlainBytes implements PassThrough {
  readonly #maxEventBytes: number
  /** The beginning of an event whose end has not come. */
  #rest: Uint8Array = new Uint8Array()
  /** Whether the decoder is inside an event. */
  #isDecoding = false

  /** @param maxEventBytes more than an event may have is for the decoder to refuse */
  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes
  }

  /** What of the next chunk is passed on, and what is for the decoder, in this order. */
  split(chunk: Uint8Array): { plain: Uint8Array[]; encoded: Uint8Array[] } {
    const rest = this.#rest
    const end = lastWholeEnd(chunk)
    const until = this.#isDecoding || end === 0 ? 0 : this.#plainEnd(rest, chunk.subarray(0, end))
    // A copy: the memory of what is passed on is its reader's from here on.
    this.#rest = end === 0 ? new Uint8Array() : chunk.slice(end)
    // Where no event ends, or one ends with other line breaks, the decoder gets all there is.
    this.#isDecoding = end === 0
    const decoded = end === 0 ? chunk : chunk.subarray(until, end)
    // Joined, pieces would take one turn in the queues they pass, and a copy, which costs more.
    return until === 0
      ? { plain: [], encoded: present(rest, decoded) }
      : { plain: present(rest, chunk.subarray(0, until)), encoded: present(decoded) }
  }

  /** Behind the plain events that `bytes` begin with; the first one began in `rest`. */
  #plainEnd(rest: Uint8Array, bytes: Uint8Array): number {
    let end = 0
    if (rest.length > 0) {
      end = rest.at(-1) === lineFeed ? 1 : bytes.indexOf(lineFeed) + 2
      const event = new Uint8Array(rest.length + end)
      event.set(rest)
      event.set(bytes.subarray(0, end), rest.length)
      if (plainEvent(event, viewOf(event), 0, this.#maxEventBytes) !== event.length) return 0
    }
    const view = viewOf(bytes)
    const most = this.#maxEventBytes
    while (end < bytes.length) {
      const next = plainEvent(bytes, view, end, most)
      if (next === 0) break
      end = next
    }
    return end
  }
}

/** Behind the plain event of at most so many bytes that begins at `start`; 0 where none does. */
function plainEvent(bytes: Uint8Array, view: DataView, start: number, most: number): number {
  const end = endOfText(bytes, view, start) || endOfParsed(bytes, start)
  return end - start <= most ? end : 0
}

/** Of text as VecTrade writes it, which needs no parser: a string to its end, and nothing behind it. */
function endOfText(bytes: Uint8Array, view: DataView, start: number): number {
  const length = 4 * beginning.length
  // The least that is to come is `"}` and a blank line.
  if (start + length + 4 > bytes.length) return 0
  for (let word = 0; word < beginning.length; word += 1) {
    if (view.getUint32(start + 4 * word) !== beginning[word]) return 0
  }
  const last = bytes.length - 4
  let at = start + length
  while (at <= last && bytes[at] !== quote) {
    // JSON has control characters inside a string only as an escape.
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

/** Of any other event of one line. */
function endOfParsed(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(lineFeed, start)
  if (end === -1 || bytes[end + 1] !== lineFeed) return 0
  const line = decodeUtf8(bytes.subarray(start, end))
  if (!line.startsWith('data: {') || line.includes('\r')) return 0
  const wire = parseJson(line.slice('data: '.length))
  return isRecord(wire) && isHarmless(wire['type'] as StreamEvent['type']) ? end + 2 : 0
}

/** Whether an event of this type neither ends an answer nor says that it failed. Any value may come. */
function isHarmless(kind: StreamEvent['type']): boolean {
  if (kind === 'text' || kind === 'citation' || kind === 'metadata') return true
  kind satisfies 'done' | 'unknown'
  return false
}

/** @param text of ASCII */
function wordsOf(text: string): number[] {
  const view = viewOf(Uint8Array.from(text, (character) => character.charCodeAt(0)))
  return Array.from({ length: view.byteLength / 4 }, (_, word) => view.getUint32(4 * word))
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** Where the last event ends, near the end of a chunk; 0 where none does, or one may behind it. */
function lastWholeEnd(chunk: Uint8Array): number {
  for (let at = chunk.length; at >= Math.max(2, chunk.length - tail); at -= 1) {
    if (chunk[at - 1] === lineFeed && chunk[at - 2] === lineFeed) {
      return chunk.includes(carriageReturn, at) ? 0 : at
    }
  }
  return 0
}

function present(...pieces: Uint8Array[]): Uint8Array[] {
  return pieces.filter(({ length }) => length > 0)
}
