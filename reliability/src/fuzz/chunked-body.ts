import type { ByteReader, ByteStream } from '@vectrade/core'
import type { Given } from './given.ts'

/** A body that delivers and counts chunks one by one, without the queues of a `ReadableStream`. */
export class ChunkedBody implements ByteStream {
  /** The number of chunks requested so far. */
  taken = 0
  locked = false
  readonly #given: Given
  /** Called before each chunk. */
  onRead: () => void = () => {}

  constructor(given: Given) {
    this.#given = given
  }

  /** Returns the number, from 1, of the chunk that completes all bytes before this offset. */
  chunkOf(offset: number): number {
    return this.#given.ends.findIndex((end) => end >= offset) + 1
  }

  cancel(): Promise<void> {
    return Promise.resolve()
  }

  getReader(): ByteReader {
    this.locked = true
    const { bytes, ends } = this.#given
    return {
      read: async () => {
        this.onRead()
        const end = ends[this.taken]
        if (end === undefined) return { done: true }
        const start = this.taken === 0 ? 0 : ends[this.taken - 1]!
        this.taken += 1
        // A copy, because the reader may keep it or transfer it.
        return { done: false, value: new Uint8Array(bytes.subarray(start, end)) }
      },
      cancel: () => Promise.resolve(),
      releaseLock: () => void (this.locked = false),
    }
  }
}
