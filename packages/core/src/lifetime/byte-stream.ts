/**
 * The parts of a `ReadableStream` of bytes that the SDK uses: streams of the DOM's type, of Node's
 * `node:stream/web` and of Workers' all fit.
 */
export interface ByteStream {
  readonly locked: boolean
  cancel(reason?: unknown): Promise<void>
  getReader(): ByteReader
}

/** The one reader of a {@link ByteStream}. */
export interface ByteReader {
  read(): Promise<ByteResult>
  cancel(reason?: unknown): Promise<void>
  releaseLock(): void
}

/** A piece of a {@link ByteStream}, or its end. */
export type ByteResult =
  | { readonly done: false; readonly value: Uint8Array }
  | { readonly done: true }
