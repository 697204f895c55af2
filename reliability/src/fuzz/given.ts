import { readEventStream, type StandardStream, withLimit } from './standard.ts'

/** A stream, and how it comes. */
export interface Given {
  bytes: Uint8Array
  /** What the standard reads of it. */
  stream: StandardStream
  /** Where each chunk ends; the last one is `bytes.length`. */
  ends: readonly number[]
  /** Undefined is the default, which no stream here reaches. */
  maxEventBytes: number | undefined
}

export function givenOf(bytes: Uint8Array): Given {
  const stream = readEventStream(bytes)
  return { bytes, stream, ends: [bytes.length], maxEventBytes: undefined }
}

/** What a decoder may make of it: with a limit, more than one thing. */
export function possibleStreams({ stream, maxEventBytes }: Given): StandardStream[] {
  return maxEventBytes === undefined ? [stream] : withLimit(stream, maxEventBytes)
}
