import type { ByteSink, DirectSource } from '../../relay/direct-source.ts'
import { joinBytes } from './join-bytes.ts'
import type { Position } from './live-cursor.ts'

/** Events that several readers get, as bytes that they share. */
export interface LiveChunk {
  readonly bytes: Uint8Array
  /** The number of events. */
  readonly count: number
  /** The position of the last one. */
  readonly position: Position
}

/** Some of what a reader has missed. */
export interface ReplayPart {
  readonly bytes: Uint8Array
  /** The position up to which the reader then has everything. */
  readonly position: Position
  /** Whether this is the end of it. */
  readonly isWhole: boolean
}

/** Where a reader gets what it has missed. */
export interface ReaderSource {
  /**
   * Returns the next events after a position, about {@link maxChunk} bytes, or undefined if they are no longer kept.
   *
   * @param added symbols that are new. Only their latest quotes are wanted, at the end
   */
  replay(after: Position, added: ReadonlySet<string>): ReplayPart | undefined
  /** Returns a `gap`, and then the latest quotes. */
  skip(since: Position, dropped: number | undefined): { bytes: Uint8Array; position: Position }
  leave(reader: LiveReader): void
}

/** In bytes. More is sent in several chunks. */
export const maxChunk = 16_384
/** The most bytes that wait for a reader. With the chunk that is being sent, it costs at most 64 KiB. */
const maxPending = 65_536 - maxChunk
/** The number of sweeps after which a silent reader gets a heartbeat. There are four in the time of a heartbeat. */
const quietSweeps = 3
const nothing: readonly LiveChunk[] = []

/**
 * One reader of live data. It is the source of the `ReadableStream` of its response.
 *
 * While the stream waits for bytes, a chunk goes to it at once. Otherwise chunks wait, and they take no memory of their
 * own as long as other readers wait for them too. If too many wait, all are dropped. The reader then gets a `gap` and
 * the latest quotes when it reads again.
 *
 * It refers to its stream only while the stream waits. So a response that the program drops can be collected.
 */
export class LiveReader implements DirectSource {
  readonly #source: ReaderSource
  /** The position up to which the stream has everything. */
  #position: Position
  #sink: ByteSink | undefined
  #first: Uint8Array | undefined
  #pending: readonly LiveChunk[] = nothing
  #pendingBytes = 0
  /**
   * The symbols that are new to the reader. Set only while it is sent what it has missed, which includes what arrives
   * in the meantime.
   */
  #replay: ReadonlySet<string> | undefined
  #isBehind = false
  /** The number of events that were dropped since it fell behind. Undefined if that is not known. */
  #dropped: number | undefined
  /** The number of sweeps since something was sent. */
  #quiet = 0
  #isOver = false
  /** The last message, after which the stream ends. */
  #last: Uint8Array | undefined
  #onLeave: (() => void) | undefined

  /**
   * @param position where it begins
   * @param first what it gets first
   * @param replay the symbols that are new to the reader; undefined if it has missed no events
   */
  constructor(
    source: ReaderSource,
    position: Position,
    first: Uint8Array,
    replay: ReadonlySet<string> | undefined,
  ) {
    this.#source = source
    this.#position = position
    this.#first = first.byteLength > 0 ? first : undefined
    this.#replay = replay
  }

  /** Begins somewhere else. Call it before the stream needs bytes. */
  restart(position: Position, first: Uint8Array, replay: ReadonlySet<string> | undefined): void {
    this.#position = position
    this.#first = first.byteLength > 0 ? first : undefined
    this.#replay = this.#isOver ? undefined : replay
  }

  /** Calls the function when the reader has left, or at once if it already has. */
  whenLeft(onLeave: () => void): void {
    if (this.#isOver) onLeave()
    else this.#onLeave = onLeave
  }

  /** Called by the stream when it needs bytes. */
  pull(sink: ByteSink): void {
    const bytes = this.#take()
    if (bytes !== undefined) {
      this.#quiet = 0
      sink.enqueue(bytes)
    } else if (this.#isOver) {
      sink.close()
    } else {
      this.#sink = sink
    }
  }

  /** Called by the stream when it is cancelled. */
  cancel(): void {
    this.#sink = this.#first = undefined
    this.#pending = nothing
    this.end()
  }

  /** Sends a chunk, or keeps it until the stream needs it. */
  push(chunk: LiveChunk): void {
    if (this.#sink !== undefined) {
      this.#send(this.#sink, chunk.bytes, chunk.position)
    } else if (this.#isBehind) {
      if (this.#dropped !== undefined) this.#dropped += chunk.count
    } else if (this.#replay === undefined) {
      this.#keep(chunk)
    }
  }

  /**
   * Sends a heartbeat if nothing was sent for a while.
   *
   * @param position the position of its id
   */
  sweep(heartbeat: Uint8Array, position: Position): void {
    if (this.#sink === undefined) return
    this.#quiet += 1
    if (this.#quiet >= quietSweeps) this.#send(this.#sink, heartbeat, position)
  }

  /** Ends the stream after what waits for it. */
  end(last?: Uint8Array): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#replay = undefined
    this.#source.leave(this)
    this.#onLeave?.()
    this.#onLeave = undefined
    this.#last = last
    const sink = this.#sink
    this.#sink = undefined
    try {
      if (sink !== undefined) this.pull(sink)
    } catch {
      // As in `#send`: another request may not be allowed to end this stream.
    }
  }

  #send(sink: ByteSink, bytes: Uint8Array, position: Position): void {
    // The stream may pull again at once, during this call.
    this.#sink = undefined
    this.#quiet = 0
    this.#position = position
    try {
      sink.enqueue(bytes)
    } catch {
      // Some runtimes do not let one request write to the stream of another. Other readers must not suffer.
      this.end()
    }
  }

  #keep(chunk: LiveChunk): void {
    this.#pendingBytes += chunk.bytes.byteLength
    if (this.#pendingBytes > maxPending) {
      const dropped = this.#pending.reduce((sum, { count }) => sum + count, chunk.count)
      this.#fallBehind(dropped)
    } else if (this.#pending === nothing) {
      this.#pending = [chunk]
    } else {
      ;(this.#pending as LiveChunk[]).push(chunk)
    }
  }

  #fallBehind(dropped: number | undefined): void {
    this.#isBehind = true
    this.#dropped = dropped
    this.#replay = undefined
    this.#pending = nothing
    this.#pendingBytes = 0
  }

  /** Takes the next bytes that are there. */
  #take(): Uint8Array | undefined {
    const first = this.#first
    if (first !== undefined) {
      this.#first = undefined
      return first
    }
    if (this.#pending.length > 0) return this.#takePending()
    if (this.#replay !== undefined) {
      const part = this.#source.replay(this.#position, this.#replay)
      if (part === undefined) {
        this.#fallBehind(undefined)
      } else {
        this.#position = part.position
        if (part.isWhole) this.#replay = undefined
        if (part.bytes.byteLength > 0) return part.bytes
      }
    }
    if (this.#isOver) return this.#takeLast()
    if (!this.#isBehind) return undefined
    const { bytes, position } = this.#source.skip(this.#position, this.#dropped)
    this.#isBehind = false
    this.#position = position
    return bytes
  }

  #takeLast(): Uint8Array | undefined {
    const last = this.#last
    this.#last = undefined
    return last
  }

  #takePending(): Uint8Array {
    let count = 0
    let size = 0
    for (const { bytes } of this.#pending) {
      if (count > 0 && size + bytes.byteLength > maxChunk) break
      count += 1
      size += bytes.byteLength
    }
    const taken = this.#pending.slice(0, count)
    this.#pending = count === this.#pending.length ? nothing : this.#pending.slice(count)
    this.#pendingBytes -= size
    this.#position = taken.at(-1)?.position ?? this.#position
    return joinBytes(taken.map(({ bytes }) => bytes))
  }
}
