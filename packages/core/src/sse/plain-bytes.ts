/** Smaller chunks are a live answer's, and cost little to decode. */
const bulk = 4096
/** How far from a chunk's end, at least, the end of an answer, or its failure, is looked for. */
const tail = 256
/** What may be such an end. Where it is only a word of the text, it is decoded for nothing. */
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
  /** Whether the next chunk goes on where an event ended, or within one whose beginning is kept. */
  #isPlain: boolean | undefined

  /** @param maxEventBytes more than an event may have is for the decoder to refuse */
  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes
  }

  /** What of the next chunk is passed on, and what is for the decoder, in this order. */
  split(chunk: Uint8Array): { plain: Uint8Array[]; encoded: Uint8Array[] } {
    const isPlain = this.#isPlain ?? beginsPlain(chunk)
    const rest = this.#rest === undefined ? [] : [this.#rest]
    const end = lastWholeEnd(chunk)
    // A copy: the memory of what is passed on is its reader's from here on.
    this.#rest = 0 < end && end < chunk.length ? chunk.slice(end) : undefined
    // Where no event ends, or one ends with other line breaks, the decoder gets all there is.
    this.#isPlain = end > 0
    const whole = end === 0 || end === chunk.length ? chunk : chunk.subarray(0, end)
    // The last events, however long the last one is.
    const last = end > bulk ? blankLineBefore(chunk, end - tail) : 0
    const size = (rest[0]?.length ?? 0) + end
    if (!isPlain || last === 0 || size > this.#maxEventBytes) {
      return { plain: [], encoded: [...rest, whole] }
    }
    // Joined, the pieces would take one turn in the queues they pass, and a copy, which costs more.
    if (!suspicious.test(decoder.decode(whole.subarray(last)))) {
      return { plain: [...rest, whole], encoded: [] }
    }
    return { plain: [...rest, whole.subarray(0, last)], encoded: [whole.subarray(last)] }
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

const begin = 'data: {'

/** Whether a body begins with an event, and not with a byte order mark or what is no JSON. */
function beginsPlain(chunk: Uint8Array): boolean {
  return decoder.decode(chunk.subarray(0, begin.length)) === begin
}
