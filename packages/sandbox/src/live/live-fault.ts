import type { Fault } from '../faults.ts'

/**
 * Describes what goes wrong with one live connection. All fields are optional and can be combined.
 * The fields of {@link Fault} mean the same here. `times` counts the connections to one path.
 *
 * Fields such as `cutAfterEvents: n` apply once n events of the undisturbed feed have been sent. 0
 * is right after the connection has opened.
 */
export interface LiveFault extends Pick<
  Fault,
  | 'times'
  | 'whenKeyIn'
  | 'delay'
  | 'hang'
  | 'destroy'
  | 'status'
  | 'body'
  | 'errorType'
  | 'errorCode'
  | 'message'
  | 'retryAfter'
  | 'retryAfterDate'
  | 'retryAfterMs'
  | 'bodyRetryAfter'
  | 'errorFields'
  | 'shouldRetry'
  | 'contentType'
  | 'headers'
  | 'errorAfterEvents'
  | 'errorShape'
  | 'errorMark'
  | 'cutAfterEvents'
  | 'cut'
  | 'malformedAfterEvents'
  | 'unknownAfterEvents'
  | 'retry'
  | 'heartbeat'
> {
  /** Sends nothing more after n events, not even heartbeats. The connection stays open. */
  silentAfterEvents?: number
  /** Sends a gap after n events. Nothing is missing. */
  gapAfterEvents?: number
  /** The reason of the gap, such as `slow_consumer`. Default: `upstream`. */
  gapReason?: string
  /** Answers each `Last-Event-ID` as if its events were no longer kept. */
  staleCursor?: boolean
  /** Waits before each event, in ms. */
  eventDelay?: number
  /** Closes the connection after n events, like a server that allows only one connection. A
   * WebSocket ends with the code 4001, a stream with an error event. */
  kickAfterEvents?: number
}
