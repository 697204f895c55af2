import { Readable } from 'node:stream'
import {
  type AnalysisStream,
  type ReadableOptions,
  type StreamEvent,
  toReadableStream,
} from '@vectrade/core'

/**
 * Converts a stream into a Node `Readable` of Server-Sent Events, as bytes. This is
 * {@link toReadableStream} for Node.
 *
 * Nothing is read ahead: a read takes the events that have arrived, or waits for the next one. Destroying the
 * `Readable` ends the stream.
 *
 * @throws StreamConsumedError if the stream has already been used
 * @example
 * ```ts
 * import { toNodeReadable, VecTrade } from '@vectrade/node'
 *
 * const client = new VecTrade()
 * const readable = toNodeReadable(client.ai.stream('Bull case for NVDA?'))
 * for await (const bytes of readable) process.stdout.write(bytes)
 * ```
 */
export function toNodeReadable(
  stream: AnalysisStream | AsyncIterable<StreamEvent>,
  options?: ReadableOptions,
): Readable {
  return Readable.fromWeb(toReadableStream(stream, options), { highWaterMark: 0 })
}
