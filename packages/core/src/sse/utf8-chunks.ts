import { decodeUtf8 } from './utf8.ts'

/**
 * UTF-8 in chunks as text, a byte order mark included.
 *
 * Decoding as a stream is slow in some runtimes (Node leaves its fast decoder for good at the first
 * `stream: true`), and is needed only where a chunk may end inside a character: where it ends with
 * an ASCII byte, as Server-Sent Events do, the chunk is whole.
 */
export class Utf8Chunks {
  /** Has what a character cut in two began with, if anything. */
  #stream: TextDecoder | undefined
  #pending = false

  decode(chunk: Uint8Array): string {
    const last = chunk[chunk.length - 1]
    if (last === undefined) return ''
    const isWhole = last < 0x80
    if (isWhole && !this.#pending) return decodeUtf8(chunk)
    this.#pending = !isWhole
    this.#stream ??= new TextDecoder('utf-8', { ignoreBOM: true })
    return this.#stream.decode(chunk, { stream: !isWhole })
  }
}
