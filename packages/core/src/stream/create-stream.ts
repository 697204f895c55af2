import { AnalysisStream } from './stream.ts'
import type { StreamOpener, StreamSettings } from './stream-source.ts'

/**
 * Creates a stream from events that something other than a client or a response supplies. The stream opens
 * its source at the first use, reads it on demand and closes it.
 *
 * @example
 * ```ts
 * import { createStream, streamResponseOf, type StreamSource } from '@vectrade/core/adapter'
 *
 * function sourceOf(words: string[]): StreamSource {
 *   return {
 *     response: streamResponseOf({ status: 200, headers: new Headers() }),
 *     lastEventId: '',
 *     cut: false,
 *     get complete() {
 *       return words.length === 0
 *     },
 *     take() {
 *       const content = words.shift()
 *       return content === undefined ? undefined : { type: 'text', content }
 *     },
 *     fill: async () => words.length > 0,
 *     close: () => {},
 *     drain: async () => {},
 *   }
 * }
 * const stream = createStream({ open: async () => sourceOf(['Hello', ' world']) })
 * await stream.finalText() // 'Hello world'
 * ```
 */
export function createStream(opener: StreamOpener, settings?: StreamSettings): AnalysisStream {
  return new AnalysisStream(opener, settings)
}
