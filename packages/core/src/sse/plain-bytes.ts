/** Smaller chunks are a live answer's, and cost little to decode. */
const bulk = 4096
/** How far from a chunk's end, at least, the end of an answer, or its failure, is looked for. */
const tail = 256
/** What may be such an end. Where it is only a word of the text, the chunk is decoded for nothing. */
const suspicious = /error|done|\\u|^(?!data:)./im

/**
 * Tells which bytes of an event stream can be passed on as they came.
 *
 * What ends an answer, well or badly, is the last thing in it: so it is enough to look at the last
 * events of each large chunk, and to hand on whole events only. The first chunk, small ones and all
 * that is suspicious are for a decoder.
 */
export class PlainBytes {
  readonly #maxEventBytes: number
  /** The beginning of an event whose end has not come. */
  #rest: Uint8Array | undefined
  /** Whether the decoder is inside an event; before the first one there may be a byte order mark. */
  #isDecoding = true

  /** @param maxEventBytes more than an event may have is for the decoder to refuse */
  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes
  }

  /** @returns in order, what is to be passed on, and what to be decoded: one of the two is empty */
  split(chunk: Uint8Array): { plain: Uint8Array[]; encoded: Uint8Array[] } {
    const wasDecoding = this.#isDecoding
    const bytes = this.#rest === undefined ? [] : [this.#rest]
    const size = (this.#rest?.length ?? 0) + chunk.length
    this.#rest = undefined
    const end = lastWholeEnd(chunk)
    // Where no event ends, or one ends with other line breaks, the decoder gets all there is.
    this.#isDecoding = end === 0
    if (end === 0 || end === chunk.length) {
      bytes.push(chunk)
    } else {
      bytes.push(chunk.subarray(0, end))
      // A copy: the chunk's memory is its reader's from here on.
      this.#rest = chunk.slice(end)
    }
    const isPlain =
      !wasDecoding &&
      end >= bulk &&
      size <= this.#maxEventBytes &&
      !suspicious.test(lastEvents(chunk, end) ?? 'error')
    return isPlain ? { plain: bytes, encoded: [] } : { plain: [], encoded: bytes }
  }
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Where the last event ends, near the end of a chunk; 0 where none does, or one may behind it. */
function lastWholeEnd(chunk: Uint8Array): number {
  const end = blankLineBefore(chunk, chunk.length)
  return chunk.includes(carriageReturn, end) ? 0 : end
}

/** Behind the last blank line that ends at `end` or up to 4 KiB before it; 0 where there is none. */
function blankLineBefore(chunk: Uint8Array, end: number): number {
  for (let at = end; at >= Math.max(2, end - bulk); at -= 1) {
    if (chunk[at - 1] === lineFeed && chunk[at - 2] === lineFeed) return at
  }
  return 0
}

const decoder = /* @__PURE__ */ new TextDecoder()

/** The whole events in a chunk's tail; undefined where the last of them is too long to look at. */
function lastEvents(chunk: Uint8Array, end: number): string | undefined {
  const start = blankLineBefore(chunk, end - tail)
  return start === 0 ? undefined : decoder.decode(chunk.subarray(start, end))
}
