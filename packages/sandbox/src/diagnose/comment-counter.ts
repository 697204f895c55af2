import type { Arrival } from './measurement.ts'

type Counts = { -readonly [Name in 'comments' | 'commentsInRow']: Arrival[Name] }

/** What a line is, by its first byte. An event has at least one line of data. */
type Line = 'empty' | 'comment' | 'data' | 'other'

/**
 * Counts the comments of an event stream in the arrivals that bring them.
 *
 * Lines of comments without an empty line between them count as one. So does a comment inside an event. Servers
 * send several lines as one heartbeat, or pad a stream with them.
 */
export class CommentCounter {
  #line: Line = 'empty'
  #wasCarriageReturn = false
  /** Whether the open block has data. */
  #hasData = false
  /** The arrival in which the open block has been counted. */
  #countedIn: Counts | undefined
  #arrival: Counts | undefined
  /** Comments in this arrival since the last event. */
  #inRow = 0
  /** Whether these are the comments with which the stream begins. */
  #isOpening = true

  /** @param arrival gets the comments whose lines end in the bytes */
  add(bytes: Uint8Array, arrival: Counts): void {
    if (this.#arrival !== arrival) {
      if (this.#arrival !== undefined) this.#isOpening = false
      this.#arrival = arrival
      this.#inRow = 0
    }
    for (const byte of bytes) this.#read(byte, arrival)
  }

  #read(byte: number, arrival: Counts): void {
    const isSecondOfPair = byte === lineFeed && this.#wasCarriageReturn
    this.#wasCarriageReturn = byte === carriageReturn
    if (isSecondOfPair) return
    if (isLineEnd(byte)) {
      this.#endLine(arrival)
      this.#line = 'empty'
    } else if (this.#line === 'empty') {
      this.#line = byte === colon ? 'comment' : byte === letterD ? 'data' : 'other'
    }
  }

  #endLine(arrival: Counts): void {
    switch (this.#line) {
      case 'comment':
        if (this.#countedIn !== arrival) this.#count(arrival)
        this.#countedIn = arrival
        break
      case 'data':
        this.#hasData = true
        break
      case 'empty':
        if (this.#hasData) {
          this.#inRow = 0
          this.#isOpening = false
        }
        this.#hasData = false
        this.#countedIn = undefined
        break
      default:
    }
  }

  #count(arrival: Counts): void {
    arrival.comments += 1
    if (this.#isOpening) return
    this.#inRow += 1
    arrival.commentsInRow = Math.max(arrival.commentsInRow, this.#inRow)
  }
}

const lineFeed = 0x0a
const carriageReturn = 0x0d
const colon = 0x3a
const letterD = 0x64

/** Whether a byte ends a line of an event stream. */
export function isLineEnd(byte: number | undefined): boolean {
  return byte === lineFeed || byte === carriageReturn
}
