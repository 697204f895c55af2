import type { ByteSink, DirectSource } from '@vectrade/core/adapter'

/** A response. Compression middleware adds `flush`, and holds small writes back until it is called. */
export interface ByteOutput {
  write(bytes: Uint8Array): boolean
  flush?: () => void
}

/** Writes the bytes of a source to a response, at the pace of the client and without a promise for each chunk. */
export class DirectWriter implements ByteSink {
  readonly #source: DirectSource
  readonly #output: ByteOutput
  readonly #onEnd: () => void
  #isFlowing = true
  #isPulling = false
  #hasMore = false

  /** @param onEnd called when the source has ended */
  constructor(source: DirectSource, output: ByteOutput, onEnd: () => void) {
    this.#source = source
    this.#output = output
    this.#onEnd = onEnd
  }

  /** Begins, or continues after the response has drained. */
  resume(): void {
    this.#isFlowing = true
    this.#pull()
  }

  enqueue(bytes: Uint8Array): void {
    this.#isFlowing = this.#output.write(bytes)
    this.#output.flush?.()
    if (this.#isPulling) this.#hasMore = true
    else if (this.#isFlowing) this.#pull()
  }

  close(): void {
    this.#onEnd()
  }

  #pull(): void {
    this.#isPulling = true
    // A source may have many chunks at once, such as a long replay. Recursion could overflow the stack.
    do {
      this.#hasMore = false
      this.#source.pull(this)
    } while (this.#hasMore && this.#isFlowing)
    this.#isPulling = false
  }
}
