import { fromReadableStream, VecTradeError } from '@vectrade/core'
import { nameOf } from './check-decoder.ts'
import { ChunkedBody } from './chunked-body.ts'
import { difference } from './difference.ts'
import { type Answer, readAnswer } from './protocol.ts'
import { type Given, possibleStreams } from './given.ts'
import type { StandardStream } from './standard.ts'

/** Compares an `AnalysisStream`, including its fast paths, with the protocol. Returns the difference. */
export async function checkStream(given: Given): Promise<string | undefined> {
  const body = new ChunkedBody(given)
  const stream = fromReadableStream(body, { maxEventBytes: given.maxEventBytes })
  const events: unknown[] = []
  const places: unknown[] = []
  let error = ''
  let partial: unknown
  try {
    for await (const event of stream) {
      events.push(event)
      places.push([body.taken, stream.lastEventId])
    }
  } catch (thrown) {
    error = nameOf(thrown)
    if (VecTradeError.isInstance(thrown)) {
      const { text, citations, lastEventId } = thrown.partial ?? {}
      partial = [text, citations?.length, lastEventId]
    }
  }
  return difference(
    { events, places, error, partial },
    possibleStreams(given).map((read) => {
      return outcomeOf(read, readAnswer(read), body, partial)
    }),
  )
}

function outcomeOf(
  stream: StandardStream,
  { events, places, ending, lastEventId }: Answer,
  body: ChunkedBody,
  partial: unknown,
): unknown {
  const texts = events.map(({ type, content }) => (type === 'text' ? content : ''))
  const citations = events.filter(({ type }) => type === 'citation')
  const isTold = ending.error !== undefined
  return {
    events,
    // An event is delivered as soon as its last byte has arrived.
    places: places.map(({ end, id }) => [body.chunkOf(end), id]),
    error: ending.error ?? '',
    partial: isTold
      ? [texts.join(''), citations.length, idOf(stream, lastEventId, partial)]
      : undefined,
  }
}

/** If a stream is refused, the chunks decide how far ids without an event were read. */
function idOf({ isRefused }: StandardStream, lastEventId: string, partial: unknown): unknown {
  return isRefused ? (partial as unknown[] | undefined)?.[2] : lastEventId
}
