import { fromReadableStream } from '@vectrade/core'
import { ChunkedBody } from './chunked-body.ts'
import { difference } from './difference.ts'
import { type Answer, readAnswer } from './protocol.ts'
import { type Given, possibleStreams } from './given.ts'
import { readEventStream } from './standard.ts'

/**
 * Compares relayed bytes or events with the protocol: the events of the answer, then `[DONE]` or the error.
 * Nothing is held back, and the upstream's ids and comments are not relayed.
 */
export async function checkRelay(given: Given): Promise<string | undefined> {
  const body = new ChunkedBody(given)
  const { maxEventBytes } = given
  const readable = fromReadableStream(body, { maxEventBytes }).toReadableStream({ heartbeat: 0 })
  const pieces: Uint8Array[] = []
  let length = 0
  /** The length of the output when the next chunk was requested. */
  const sent: number[] = []
  body.onRead = () => sent.push(length)
  for await (const piece of readable) {
    pieces.push(piece)
    length += piece.length
  }
  const output = Buffer.concat(pieces)
  const { messages, ...rest } = readEventStream(output)
  const relayed = readAnswer({ messages, ...rest })
  const { lastEventId, comments, retries } = rest
  const found = {
    events: relayed.events,
    ending: relayed.ending,
    messages: messages.length,
    // Nothing comes after the last message.
    end: output.length - (messages.at(-1)?.end ?? 0),
    rest: { lastEventId, comments, retries },
  }
  const answers = possibleStreams(given).map(readAnswer)
  const wrong = difference(found, answers.map(outcomeOf))
  if (wrong !== undefined) return wrong
  return heldBack(given, sent, relayed, answers)
}

function outcomeOf({ events, ending }: Answer): unknown {
  return {
    events: events.map(withSendableName),
    ending: passedOn(ending),
    messages: events.length + 1,
    end: 0,
    rest: { lastEventId: '', comments: [], retries: [] },
  }
}

/** "NUL inside an `event` field is refused": U+FFFD replaces it in a name. A `type` in the data hides the name. */
function withSendableName(event: Readonly<Record<string, unknown>>): unknown {
  const { type, wireType, data } = event
  if (type !== 'unknown') return event
  const isName =
    typeof data !== 'object' || data === null || !('type' in data) || typeof data.type !== 'string'
  return isName ? { ...event, wireType: String(wireType).replaceAll('\0', '\u{FFFD}') } : event
}

/** "An upstream failure becomes `event: error`": the SDK's own failures get one of the API's types. */
function passedOn(ending: Answer['ending']): Answer['ending'] {
  if (ending.kind === 'complete' || ending.kind === 'error') {
    return ending.error === 'StreamInterruptedError' ? broken : ending
  }
  return broken
}

const broken: Answer['ending'] = { kind: 'error', error: 'ServiceUnavailableError' }

/** When more is requested from the upstream, all events that have arrived must have gone out. */
function heldBack(
  { ends }: Given,
  sent: readonly number[],
  relayed: Answer,
  answers: readonly Answer[],
): string | undefined {
  const places = answers.find(({ events }) => events.length === relayed.events.length)?.places ?? []
  for (const [chunks, length] of sent.entries()) {
    const come = chunks === 0 ? 0 : ends[Math.min(chunks, ends.length) - 1]!
    const due = places.filter(({ end }) => end <= come).length
    const out = relayed.places.filter(({ end }) => end <= length).length
    if (out < due) return `after ${chunks} chunks ${due} events were due, ${out} had gone out`
  }
  return undefined
}
