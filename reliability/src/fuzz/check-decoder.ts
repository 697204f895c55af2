import { decodeEventStream } from '@vectrade/core'
import { ChunkedBody } from './chunked-body.ts'
import { difference } from './difference.ts'
import { type Given, possibleStreams } from './given.ts'
import type { StandardStream } from './standard.ts'

/** Compares `decodeEventStream` with the standard. Returns the difference. */
export async function checkDecoder(given: Given): Promise<string | undefined> {
  const body = new ChunkedBody(given)
  const messages: unknown[] = []
  const retries: number[] = []
  const comments: string[] = []
  const decoded = decodeEventStream(body, {
    maxEventBytes: given.maxEventBytes,
    onRetry: (ms) => retries.push(ms),
    onComment: (comment) => comments.push(comment),
  })
  let error = ''
  try {
    for await (const { event = '', data, id = '' } of decoded) {
      messages.push([event, data, id, decoded.lastEventId, body.taken])
    }
  } catch (thrown) {
    error = nameOf(thrown)
  }
  const outcome = { messages, error }
  // After a refusal, the last of these values depend on the chunks.
  const rest = error === '' && { lastEventId: decoded.lastEventId, retries, comments }
  const expected = possibleStreams(given)
  return difference(
    { ...outcome, ...rest },
    expected.map((stream) => outcomeOf(stream, body)),
  )
}

function outcomeOf(stream: StandardStream, body: ChunkedBody): unknown {
  const { lastEventId, retries, comments } = stream
  // A message is delivered as soon as its last byte has arrived.
  const messages = stream.messages.map(({ event, data, id, end }) => {
    return [event, data, id, id, body.chunkOf(end)]
  })
  if (stream.isRefused) return { messages, error: 'StreamProtocolError' }
  return { messages, error: '', lastEventId, retries, comments }
}

/** Returns the name of an error's class. The class must belong to the SDK. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error)
}
