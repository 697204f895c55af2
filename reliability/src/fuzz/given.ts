import { readEventStream, type StandardStream, withLimit } from './standard.ts'

/** A stream, and how it is delivered. */
export interface Given {
  bytes: Uint8Array
  /** The stream as the standard's parser reads it. */
  stream: StandardStream
  /** Where each chunk ends; the last one is `bytes.length`. */
  ends: readonly number[]
  /** Undefined for the default. No stream here reaches it. */
  maxEventBytes: number | undefined
}

export function givenOf(bytes: Uint8Array): Given {
  const stream = readEventStream(bytes)
  return { bytes, stream, ends: [bytes.length], maxEventBytes: undefined }
}

/** The allowed results of a decoder. With a limit there can be several. */
export function possibleStreams({ stream, maxEventBytes }: Given): StandardStream[] {
  return maxEventBytes === undefined ? [stream] : withLimit(stream, maxEventBytes)
}
