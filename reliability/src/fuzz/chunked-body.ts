import type { ByteReader, ByteStream } from '@vectrade/core'
import type { Given } from './given.ts'

/** A body that gives its chunks one by one, without the queues of a `ReadableStream`, and counts them. */
export class ChunkedBody implements ByteStream {
  /** How many chunks were asked for. */
  taken = 0
  locked = false
  readonly #given: Given
  /** Called before each chunk. */
  onRead: () => void = () => {}

  constructor(given: Given) {
    this.#given = given
  }

  /** The chunk, from 1, with which all bytes before this offset have come. */
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
        // A copy: whoever reads it may keep it or give it away.
        return { done: false, value: new Uint8Array(bytes.subarray(start, end)) }
      },
      cancel: () => Promise.resolve(),
      releaseLock: () => void (this.locked = false),
    }
  }
}
