import type { Abortable } from '../lifetime/abort-source.ts'
import type { Track } from '../lifetime/abort-scope.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import type { StreamResponse } from '../http/response.ts'

/** An open source of events: the body of a response, a stored stream that resumes, or a branch of a tee. */
export interface StreamSource {
  readonly response: StreamResponse
  readonly lastEventId: string
  /** Whether the end of the answer has been taken. */
  readonly complete: boolean
  /** Whether this side ended it before the answer was complete. */
  readonly cut: boolean
  /** The id of the stream at its endpoint. Undefined if the endpoint does not store it. */
  readonly id?: string | undefined
  /** Returns the next event that is already there. Returns undefined if there is none: call `fill` for more. */
  take(): StreamEvent | Uint8Array | undefined
  /** Allows pass-through: `take` may then return bytes as well as events. */
  passThrough?(): void
  /** Reads more bytes, with or without events in them. Resolves to false at the end. */
  fill(): Promise<boolean>
  /** Closes the connection at once, and ends a pending `fill`. */
  close(reason?: unknown): void
  /** Tells the server to end the answer for all its readers. */
  stop?(): Promise<void>
  /** Closes a complete source so that its connection can be used again. */
  drain(): Promise<void>
}

/** Opens the source of a stream's events when the stream is first used. */
export interface StreamOpener {
  open(signal: Abortable): Promise<StreamSource>
  /** Tells the server to end the answer, if the id of the stream is known before it is open. */
  stop?(): Promise<void>
  /** Called instead of `open` when the stream ends unused. It must not refer to the stream. */
  discard?: (() => void) | undefined
}

/** The settings of a stream, apart from where its events come from. */
export interface StreamSettings {
  /** The id of the stream at its endpoint, if it is known before the stream is open. */
  id?: string | undefined
  /** The id of the event after which the stream is resumed. */
  lastEventId?: string | undefined
  signal?: Abortable | undefined
  track?: Track | undefined
}
