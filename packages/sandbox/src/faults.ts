import type { Cut } from './connection-cut.ts'
import type { ErrorShape } from './error-body.ts'
import type { Frame } from './frame.ts'
import type { HeaderLines } from './header-lines.ts'
import type { KeyHeader } from './key-header.ts'
import type { UsageSpelling } from './usage-spelling.ts'

/** The body of an error answer: one of the API's error shapes, or a body as proxies send it. */
export type FaultBody = ErrorShape | 'html' | 'text' | 'empty' | 'endless'

/**
 * Describes what goes wrong with one request. All fields are optional and can be combined. With an
 * empty object, the request works. Times are in milliseconds unless a field says seconds. Sizes are
 * in bytes.
 *
 * Fields such as `cutAfterEvents: n` apply once n events of the undisturbed answer have been sent:
 * 0 is right after the headers, 1 is after the metadata. A position past the end is never reached.
 */
export interface Fault {
  /**
   * Only the first n attempts of a call fail. Requests with the same `Idempotency-Key` are one
   * call. Without that header, requests that ask for exactly the same fault are counted together.
   */
  times?: number
  /** Only requests with a key in this header fail, as at a gateway that refuses this header. */
  whenKeyIn?: KeyHeader

  /** Waits this long before it sends the response headers. */
  delay?: number
  /** Never answers. The connection stays open and silent. */
  hang?: boolean
  /** Closes the connection before any response header. */
  destroy?: 'fin' | 'rst'

  /** HTTP status, 200 to 599. From 400 on, the answer is an error. 204, 205 and 304 have no body.
   * 301, 302, 303, 307 and 308 are redirects. With any other 2xx, the answer is the usual one. */
  status?: number
  /** Sends this body instead of the answer. Default: the server's `errorShape` if `status` is 400
   * or more, or if there is an `errorCode`. */
  body?: FaultBody
  /** The error's type, which is also its code if there is no `errorCode`. Default: the type that
   * belongs to the status. */
  errorType?: string
  /** The error's code in the shapes `flat` and `gateway`, such as `token_quota_exceeded`. Without
   * `errorAfterEvents`, the error replaces the answer and has the code's usual status, which is
   * 400 for a code that VecTrade does not have. With a code, `body` and `errorShape` default to
   * `gateway`, or to `flat` if that is the server's `errorShape`. */
  errorCode?: string
  /** The error's message. Default: the usual message of the code, or a message that names the
   * status. */
  message?: string
  /** `Retry-After` in seconds. */
  retryAfter?: number
  /** `Retry-After` as an HTTP date, this many seconds from now. */
  retryAfterDate?: number
  /** `retry-after-ms`. */
  retryAfterMs?: number
  /** `retry_after` in the JSON of the error, in seconds. In the shape `gateway`, the field is
   * `retry_after_seconds`. */
  bodyRetryAfter?: number
  /**
   * More fields for the error's JSON, such as `{ docs: 'https://…', allowed_scopes: ['ai:read'] }`.
   * They replace fields of the same name. In the shape `documented`, they are inside `error`.
   */
  errorFields?: Readonly<Record<string, unknown>>
  /** `x-should-retry`. */
  shouldRetry?: boolean
  /** Where a redirect leads. `self` (default) is this server, which then answers, also to a GET.
   * `loop` redirects forever. `none` sends no `Location`. Any other value is sent as it is. */
  location?: string
  /** `Content-Type` of the response instead of the right one. `none` sends no `Content-Type`. */
  contentType?: string
  /** More response headers. They replace headers of the same name. Each value of a list is sent in
   * a separate header line. On runtimes other than Node, the values are sent in one line,
   * separated by commas. */
  headers?: Readonly<Record<string, HeaderLines>>

  /** Sends an error event after n events, then ends the body. */
  errorAfterEvents?: number
  /** The shape of the error event's JSON. `message` is only `{ message }`. Default: the server's
   * `errorShape`. */
  errorShape?: ErrorShape | 'message'
  /** What marks the event as an error: `event` is an `event: error` line, `type` is a
   * `"type": "error"` field in the JSON. With `none`, only the other fields of the JSON show that
   * it is an error. Default: `event`. */
  errorMark?: 'event' | 'type' | 'both' | 'none'

  /** Ends the connection after n events. */
  cutAfterEvents?: number
  /** Ends the connection after n bytes of the body. */
  cutAfterBytes?: number
  /** How a cut ends the connection. Default: `fin`. */
  cut?: Cut

  /** Sends only heartbeats after n events. */
  stallAfterEvents?: number
  /** Sends nothing after n bytes of the body. Heartbeats stop too, because they could land inside
   * an event. */
  stallAfterBytes?: number
  /** How long a stall lasts before the answer goes on. Default: forever. */
  stallFor?: number

  /** Sends an event that is not JSON after n events. An answer to `stream: false` is cut in half
   * instead. */
  malformedAfterEvents?: number
  /** Sends two events after n events that no SDK knows: one with an unknown `type`, one with an
   * unknown `event:`. */
  unknownAfterEvents?: number
  /** Sends a frame that is not part of the answer. `empty` has empty `data`. `empty-id` has empty
   * `data` and an `id`. `ping` is an `event: ping` with a timestamp, which is not JSON. `greeting`
   * is a JSON event of an unknown type, without an `id`. */
  frame?: Frame
  /** Sends the frame after n events. Default: 0, at the beginning. */
  frameAfterEvents?: number
  /** Sends a text event after the metadata, with this many bytes of `data`. At least 64. */
  oversize?: number
  /** Sends this many text events instead of the analysis. */
  events?: number
  /** How `usage` is spelled: `snake` for `prompt_tokens`, `camel` for `promptTokens`. Default: the
   * server's `usage`. */
  usage?: UsageSpelling
  /** Sends no `done` event. */
  noDoneEvent?: boolean
  /** Sends no `data: [DONE]`. */
  noDoneMarker?: boolean
  /** Keeps the connection open after everything has been sent. */
  linger?: boolean

  /** Sends the body in writes of this size, wherever events end. 1 splits every multi-byte
   * character. 100000 puts many events into one write. */
  chunkBytes?: number
  /** How the lines of the stream end. Default: `lf`. */
  lineEnding?: 'lf' | 'crlf' | 'cr'
  /** Starts the stream with a byte order mark. */
  bom?: boolean
  /** Gives every event of the answer an `id:`, starting at 1. */
  ids?: boolean
  /** Sends `retry:` with this value before the first event. */
  retry?: number
  /** Interval of the heartbeats. 0 sends none. Default: the server's `heartbeat`. */
  heartbeat?: number
  /** Speed of the answer. 0 is as fast as possible. Default: the server's `tokensPerSecond`. */
  tokensPerSecond?: number
  /** Time before the first piece of text. Default: the server's `timeToFirstToken`. */
  timeToFirstToken?: number
}

/** Returns the part of a fault that is left after its redirect has been followed. */
export function withoutRedirect(fault: Fault): Fault {
  const followed = new Set(['status', 'location', 'body', 'delay', 'hang', 'destroy'])
  return Object.fromEntries(Object.entries(fault).filter(([name]) => !followed.has(name)))
}

/** Returns whether clients follow this status as a redirect. */
export function isRedirect(status: number | undefined): boolean {
  return status !== undefined && [301, 302, 303, 307, 308].includes(status)
}
