/** Smaller chunks are a live answer's, and cost little to decode. */
const bulk = 4096
/** How far from a chunk's end the end of an answer, or its failure, is looked for. */
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
  /** The beginning of an event whose end has not come. */
  #rest: Uint8Array | undefined
  /** Whether the decoder is inside an event; before the first one there may be a byte order mark. */
  #isDecoding = true

  /** @returns in order, what is to be passed on, and what to be decoded: one of the two is empty */
  split(chunk: Uint8Array): { plain: Uint8Array[]; encoded: Uint8Array[] } {
    const wasDecoding = this.#isDecoding
    const bytes = this.#rest === undefined ? [] : [this.#rest]
    this.#rest = undefined
    const end = lastEnd(chunk)
    // Where no event ends, or one ends with other line breaks, the decoder gets all there is.
    this.#isDecoding = end === 0
    if (end === 0 || end === chunk.length) {
      bytes.push(chunk)
    } else {
      bytes.push(chunk.subarray(0, end))
      this.#rest = chunk.subarray(end)
    }
    const isPlain = !wasDecoding && end >= bulk && !suspicious.test(lastEvents(chunk, end))
    return isPlain ? { plain: bytes, encoded: [] } : { plain: [], encoded: bytes }
  }
}

const lineFeed = 0x0a

/** Where the last event ends, near the end of a chunk; 0 where none does. */
function lastEnd(chunk: Uint8Array): number {
  const furthest = Math.max(2, chunk.length - bulk)
  for (let end = chunk.length; end >= furthest; end -= 1) {
    if (chunk[end - 1] === lineFeed && chunk[end - 2] === lineFeed) return end
  }
  return 0
}

const decoder = /* @__PURE__ */ new TextDecoder()

/** The lines in a chunk's tail, the first of them perhaps without its beginning. */
function lastEvents(chunk: Uint8Array, end: number): string {
  const lines = decoder.decode(chunk.subarray(end - tail, end))
  return lines.slice(lines.indexOf('\n') + 1)
}
