/** Where a {@link DirectSource} puts its bytes. The controller of a `ReadableStream` is one. */
export interface ByteSink {
  /** Takes the next bytes. */
  enqueue(bytes: Uint8Array): void
  /** Ends the stream. */
  close(): void
}

/** A source of bytes that never needs a promise. */
export interface DirectSource {
  /** Asks for the next bytes. The source puts them into the sink once, now or later, or closes it. */
  pull(sink: ByteSink): void
  /** Ends the source. */
  cancel(): void
}

/** Nothing is read ahead, because the source keeps what waits. */
const strategy: QueuingStrategy<Uint8Array> = { highWaterMark: 0 }

const sources = /* @__PURE__ */ new WeakMap<ReadableStream, DirectSource>()

/** Returns a stream of the bytes of a source. */
export function streamFrom(source: DirectSource): ReadableStream<Uint8Array> {
  const stream = new ReadableStream<Uint8Array>(source, strategy)
  sources.set(stream, source)
  return stream
}

/**
 * Returns the source of a stream that {@link streamFrom} has made, or undefined for any other stream.
 *
 * A server that has locked the stream can write the bytes of the source itself. One event for thousands of readers then
 * needs no promise for each of them.
 */
export function directSourceOf(stream: ReadableStream): DirectSource | undefined {
  return sources.get(stream)
}
