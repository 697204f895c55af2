import { decodeUtf8 } from './utf8.ts'

/**
 * Decodes UTF-8 that comes in chunks. A byte order mark is kept.
 *
 * Decoding with `stream: true` is slow in some runtimes: Node stops using its fast decoder after the first
 * such call. It is needed only if a chunk may end inside a character. A chunk that ends with an ASCII byte
 * ends with a whole character, and Server-Sent Events end with a line break.
 */
export class Utf8Chunks {
  /** Holds the first bytes of a character that two chunks share. */
  #stream: TextDecoder | undefined
  /** Whether the last chunk may have ended inside a character. */
  #isPending = false

  decode(chunk: Uint8Array): string {
    const last = chunk[chunk.length - 1]
    if (last === undefined) return ''
    const isWhole = last < 0x80
    if (isWhole && !this.#isPending) return decodeUtf8(chunk)
    this.#isPending = !isWhole
    this.#stream ??= new TextDecoder('utf-8', { ignoreBOM: true })
    return this.#stream.decode(chunk, { stream: !isWhole })
  }
}
