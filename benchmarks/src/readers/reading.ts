import type { Work } from '../measure.ts'
import {
  type Answer,
  checkAnswer,
  chunkPerEvent,
  chunksOf,
  type Payload,
  respond,
  toMessages,
  toNamedMessages,
} from '../payload.ts'
import type { Reader } from './reader.ts'

export const large = '16 KiB chunks'
export const single = 'one event per chunk'

/** One answer in the chunks it comes in, for those who need names and for all others. */
export interface Chunks {
  plain: Uint8Array[]
  named: Uint8Array[]
}

export function cut(how: typeof large | typeof single, payload: Payload): Chunks {
  const toChunks = (messages: string[]): Uint8Array[] =>
    how === single ? chunkPerEvent(messages) : chunksOf(messages, 16 * 1024)
  return { plain: toChunks(toMessages(payload)), named: toChunks(toNamedMessages(payload)) }
}

export function chunksFor({ needsName }: Reader, { plain, named }: Chunks): Uint8Array[] {
  return needsName ? named : plain
}

/** From a response to all of its events, each client made anew as it is for a request. */
export function reading(
  reader: Reader,
  chunks: Chunks,
  { expected }: Payload,
): Work<Response, Promise<Answer>> {
  return {
    name: reader.name,
    prepare: () => respond(chunksFor(reader, chunks)),
    run: (response) => reader.read(response),
    check: (answer) => checkAnswer(reader.name, answer, expected),
    per: expected.events / 1000,
  }
}
