/**
 * How the events begin that can be passed on unread: in VecTrade's own form, and of a type that neither
 * ends an answer nor says that it failed. As 32-bit words, which compare faster than bytes; each of
 * these is some words long.
 */
const beginnings = /* @__PURE__ */ ['text', 'citation', 'metadata'].map((type) => {
  const view = viewOf(new TextEncoder().encode(`data: {"type":"${type}"`))
  return Array.from({ length: view.byteLength / 4 }, (_, word) => view.getUint32(4 * word))
})
const shortest = 20
const lineFeed = 0x0a
/** Of the characters up to this one, JSON has none but between its parts, and lines end with two. */
const carriageReturn = 0x0d
const closingBrace = 0x7d
/** How far before a chunk's end its last event is looked for. */
const tail = 4096

/**
 * Tells which bytes of an event stream can be passed on as they came: whole events, each one line that
 * begins as above. All else is for a decoder: ends and errors, other types, comments, names, ids, and
 * what is written in another way.
 */
export class PlainBytes {
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
  if (!isBeginning(view, start)) return 0
  const last = bytes.length - 1
  let at = start + shortest
  while (at < last && bytes[at]! > carriageReturn) at += 1
  const isWhole =
    at < last &&
    bytes[at - 1] === closingBrace &&
    bytes[at] === lineFeed &&
    bytes[at + 1] === lineFeed
  const end = at + 2
  return isWhole && end - start <= most ? end : 0
}

function isBeginning(view: DataView, start: number): boolean {
  // By hand, as the methods of arrays take a function for each event.
  for (const words of beginnings) {
    if (start + 4 * words.length > view.byteLength) continue
    let word = 0
    while (word < words.length && view.getUint32(start + 4 * word) === words[word]) word += 1
    if (word === words.length) return true
  }
  return false
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
