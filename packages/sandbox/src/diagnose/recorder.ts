import { decodeEventStream } from '@vectrade/core'
import { CommentCounter, isLineEnd } from './comment-counter.ts'
import type { Arrival } from './measurement.ts'
import type { Stalls } from './stalls.ts'

/** Bytes that arrive within this many ms count as one arrival, because one read may bring several chunks. */
const together = 5

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** How an answer says that it is over. */
export type StreamEnd = 'answered' | 'error-event'

/** Records when the bytes of an event stream arrive, and which events they bring. Keeps none of their text. */
export class Recorder {
  readonly arrivals: Arrival[] = []
  readonly #stalls: Stalls
  readonly #start: number
  readonly #onEnd: (end: StreamEnd) => void
  readonly #waiting: { bytes: Uint8Array; arrival: Writable<Arrival> }[] = []
  readonly #comments = new CommentCounter()
  #isOver = false
  #wake: (() => void) | undefined
  /** ms since the start. Undefined before the first event. */
  lastEventAt: number | undefined
  firstEventAt: number | undefined
  /** Resolves when everything that has arrived is decoded. Call {@link end} first. */
  readonly decoded: Promise<void>

  /**
   * @param start when the request was sent, as `performance.now()` gives it
   * @param onEnd called when the stream says that the answer is over
   */
  constructor(start: number, stalls: Stalls, onEnd: (end: StreamEnd) => void) {
    this.#start = start
    this.#stalls = stalls
    this.#onEnd = onEnd
    // An event over the limit ends the decoding. The bytes are still measured.
    this.decoded = this.#decode().catch(() => this.end())
  }

  add(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    const now = performance.now()
    this.#stalls.look(now)
    const at = now - this.#start
    let arrival: Writable<Arrival> | undefined = this.arrivals.at(-1)
    if (arrival === undefined || at - arrival.at > together) {
      // Some servers write the end of a line together with the next line. No buffer has held that back.
      if (arrival !== undefined && isLineEnd(bytes[0])) arrival.endsInsideLine = false
      const silence = this.silenceUntil(now)
      const counts = { bytes: 0, events: 0, comments: 0, commentsInRow: 0 }
      arrival = { at, until: at, silence, ...counts, endsInsideLine: false }
      this.arrivals.push(arrival)
    }
    arrival.until = at
    arrival.bytes += bytes.byteLength
    arrival.endsInsideLine = !isLineEnd(bytes.at(-1))
    this.#comments.add(bytes, arrival)
    if (!this.#isOver) this.#waiting.push({ bytes, arrival })
    this.#wake?.()
  }

  /** Returns the ms without a byte before `now`, which is a `performance.now()`. */
  silenceUntil(now: number): number {
    const last = this.#start + (this.arrivals.at(-1)?.until ?? 0)
    return this.#stalls.awake(last, now)
  }

  /** Nothing more will arrive. */
  end(): void {
    this.#isOver = true
    this.#wake?.()
  }

  async #decode(): Promise<void> {
    let arrival: Writable<Arrival> | undefined
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const next = await this.#next()
          arrival = next?.arrival
          if (next === undefined) controller.close()
          else controller.enqueue(next.bytes)
        },
      },
      // The decoder asks for a chunk only when it has no more events, so each event is in the latest chunk.
      { highWaterMark: 0 },
    )
    for await (const { event, data } of decodeEventStream(body)) {
      if (arrival === undefined) continue
      arrival.events += 1
      this.firstEventAt ??= arrival.until
      this.lastEventAt = arrival.until
      const end = endIn(event, data)
      if (end !== undefined) this.#onEnd(end)
    }
  }

  async #next(): Promise<{ bytes: Uint8Array; arrival: Writable<Arrival> } | undefined> {
    while (this.#waiting.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#waiting.shift()
  }
}

/** Returns how a message ends the answer. Returns undefined if it does not. */
function endIn(event: string | undefined, data: string): StreamEnd | undefined {
  if (event === 'error') return 'error-event'
  if (data.trim() === '[DONE]') return 'answered'
  const type = typeOf(data)
  if (type === 'done') return 'answered'
  return type === 'error' ? 'error-event' : undefined
}

/**
 * Returns the `type` of a message. The errors of some servers have only the field `error`, which other servers
 * send with null in each message.
 */
function typeOf(data: string): unknown {
  try {
    const value: unknown = JSON.parse(data)
    if (typeof value !== 'object' || value === null) return undefined
    const { type, error } = value as { type?: unknown; error?: unknown }
    return type ?? (error ? 'error' : undefined)
  } catch {
    return undefined
  }
}
