import { Readable } from 'node:stream'
import {
  type AnalysisStream,
  type ReadableOptions,
  type StreamEvent,
  toReadableStream,
} from '@vectrade/core'

/**
 * A stream as a Node `Readable` of Server-Sent Events, in bytes: {@link toReadableStream} for Node.
 *
 * One event is taken for each read. Destroying the `Readable` ends the stream.
 *
 * @throws StreamConsumedError when the stream is used already
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
