import type { Abortable } from '../lifetime/abort-source.ts'
import type { Track } from '../lifetime/abort-scope.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import type { StreamResponse } from '../http/response.ts'

/** An open source of events: a response's body, or a branch of a tee. */
export interface StreamSource {
  readonly response: StreamResponse
  readonly lastEventId: string
  /** Whether the end of the answer has been taken. */
  readonly complete: boolean
  /** Whether somebody ended it on purpose before it was complete. */
  readonly cut: boolean
  /** What the stream is called at its endpoint, if it can be resumed there. */
  readonly id?: string | undefined
  /** The next event there is; undefined when `fill` must be called first, or never again. */
  take(): StreamEvent | Uint8Array | undefined
  /** Lets `take` give bytes; without it, it gives events only. */
  passThrough?(): void
  /** Gets more, events or only bytes; false at the end. */
  fill(): Promise<boolean>
  /** Ends the connection at once, and a `fill` under way. */
  close(reason?: unknown): void
  /** Has the server end the answer, for everybody. */
  stop?(): Promise<void>
  /** Lets a connection whose answer is complete be used again. */
  drain(): Promise<void>
}

/** Where a stream's events come from, once it is used. */
export interface StreamOpener {
  open(signal: Abortable): Promise<StreamSource>
  /** Has the server end the answer, where its stream is known beforehand. */
  stop?(): Promise<void>
  /** Called instead of `open` when the stream ends unused. It must not refer to the stream. */
  discard?: (() => void) | undefined
}

/** What a stream is told besides its origin. */
export interface StreamSettings {
  /** What the stream is called at its endpoint, where that is known beforehand. */
  id?: string | undefined
  /** Behind which event it is taken up. */
  lastEventId?: string | undefined
  signal?: Abortable | undefined
  track?: Track | undefined
}
