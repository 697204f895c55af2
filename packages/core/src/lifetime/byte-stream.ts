/**
 * The parts of a `ReadableStream` of bytes that the SDK uses. The types of the DOM, of Node's
 * `node:stream/web` and of Workers all match it.
 */
export interface ByteStream {
  readonly locked: boolean
  cancel(reason?: unknown): Promise<void>
  getReader(): ByteReader
}

/** The reader of a {@link ByteStream}. The stream is locked until the reader releases it. */
export interface ByteReader {
  read(): Promise<ByteResult>
  cancel(reason?: unknown): Promise<void>
  releaseLock(): void
}

/** A chunk of a {@link ByteStream}, or its end. */
export type ByteResult =
  | { readonly done: false; readonly value: Uint8Array }
  | { readonly done: true }
