import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import type { Track } from '../lifetime/abort-scope.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import type { StreamResponse } from '../http/stream-response.ts'

/**
 * An open source of events, such as the body of a response.
 *
 * A stream calls `take` until it returns undefined, then `fill`, then `take` again, and so on. It may begin with
 * either. At the end it calls `drain` if the source is `complete`, else `close`.
 */
export interface StreamSource {
  /** The response with the events. */
  readonly response: StreamResponse
  /** The id of the last event that was taken. Empty if there is none. */
  readonly lastEventId: string
  /** Whether all of the answer has been taken. */
  readonly complete: boolean
  /** Whether the source was ended on purpose before it was complete. */
  readonly cut: boolean
  /** The id of the stream at its endpoint, if the endpoint stores streams. */
  readonly id?: string | undefined
  /** Returns the next event. Returns undefined if `fill` must be called first, and at the end. */
  take(): StreamEvent | Uint8Array | undefined
  /** Allows `take` to return events as the bytes of their messages. Before, it returns only events. */
  passThrough?(): void
  /**
   * Waits for more. Resolves to false at the end, else to true, even if there is no event to take yet, such
   * as after a heartbeat.
   */
  fill(): Promise<boolean>
  /** Ends the connection at once. A pending `fill` ends too. */
  close(reason?: unknown): void
  /** Ends the answer on the server, for all readers. */
  stop?(): Promise<void>
  /** Frees the connection of a complete answer for the next request. */
  drain(): Promise<void>
}

/** Opens the source of a stream when the stream is used. */
export interface StreamOpener {
  /** Opens the source. The stream aborts the signal if it ends before the source is open. */
  open(signal: Abortable): Promise<StreamSource>
  /** Whether the server may store the answer. Only its response then has the id of the stream. */
  mayBeStored?: boolean
  /** Ends the answer on the server, if the id of the stream is known before it is open. */
  stop?(): Promise<void>
  /**
   * Releases what the opener holds. The stream calls it instead of `open` if it ends before it is used. The
   * function must not refer to the stream, because that would keep the stream alive.
   */
  discard?: (() => void) | undefined
}

/** How a call ended. `dropped` is a stream that the program has lost without ending it. */
export type CallOutcome = 'complete' | 'cancelled' | 'dropped' | VecTradeError

/** What a stream needs to know besides its opener. */
export interface StreamSettings {
  /** The id of the stream at its endpoint, if it is known before the stream is open. */
  id?: string | undefined
  /** The id of the event after which the stream continues. */
  lastEventId?: string | undefined
  /** Aborting it ends the stream. */
  signal?: Abortable | undefined
  /** Registers the stream with its client. */
  track?: Track | undefined
  /** Called once, when the stream has ended. It must not refer to the stream. */
  onEnd?: ((outcome: CallOutcome) => void) | undefined
}
