import type { Cut } from './connection-cut.ts'
import type { ErrorShape } from './error-body.ts'
import type { Frame } from './frame.ts'
import type { HeaderLines } from './header-lines.ts'
import type { KeyHeader } from './key-header.ts'
import type { UsageSpelling } from './usage-spelling.ts'

/** The bodies an error answer can have: the four shapes of the API, and what proxies send. */
export type FaultBody = ErrorShape | 'html' | 'text' | 'empty' | 'endless'

/**
 * What is to go wrong with one request. All fields are optional and combine; an empty object is a
 * request that works. Times are in milliseconds, unless a field says seconds; sizes in bytes.
 *
 * «After n events» means: once n events of the undisturbed answer have been sent, so that `0` is
 * right after the headers and `1` after the metadata. A position past the end never comes.
 */
export interface Fault {
  /** Only the first n attempts of a call fail. A call is what has one `Idempotency-Key`; without
   * the header, requests that ask for the very same fault are counted together. */
  times?: number
  /** Only requests that carry a key in this header fail, such as those of a gateway that answers
   * 403 to the header it does not take. */
  whenKeyIn?: KeyHeader

  /** Waits this long before the response headers. */
  delay?: number
  /** Never answers: the connection stays open, silent. */
  hang?: boolean
  /** Closes the connection before any response header. */
  destroy?: 'fin' | 'rst'

  /** HTTP status, 200 to 599. From 400 on the answer is an error, 204, 205 and 304 have no body,
   * 301, 302, 303, 307 and 308 redirect, another 2xx is the usual answer under that status. */
  status?: number
  /** Sends this body in place of the answer. Default: the server's `errorShape` from status 400
   * on, and for an `errorCode`. */
  body?: FaultBody
  /** `error.type`, and the code where there is no `errorCode`. Default: the type that belongs to
   * the status. */
  errorType?: string
  /** The code of the shapes `flat` and `gateway`, such as `token_quota_exceeded`. Without
   * `errorAfterEvents` it replaces the answer, and brings the code's usual `status` (400 for a code
   * that VecTrade does not have). Default for `body`, `errorShape`: `gateway`, or `flat` if that is
   * the server's. */
  errorCode?: string
  /** The error's message. Default: the usual one of the code, or one that names the status. */
  message?: string
  /** `Retry-After` in seconds. */
  retryAfter?: number
  /** `Retry-After` as an HTTP date, this many seconds from now. */
  retryAfterDate?: number
  /** `retry-after-ms`. */
  retryAfterMs?: number
  /** `retry_after` inside the error's body or error event, in seconds; `retry_after_seconds` in
   * the shape `gateway`. */
  bodyRetryAfter?: number
  /** More fields of the error's JSON, such as `{ docs: 'https://…', allowed_scopes: ['ai:read'] }`.
   * They replace fields of the same name. In the shape `documented` they are inside `error`. */
  errorFields?: Readonly<Record<string, unknown>>
  /** `x-should-retry`. */
  shouldRetry?: boolean
  /** Where a redirect leads: `self` (default) is this server, where it then works also by GET;
   * `loop` redirects for ever; `none` sends no `Location`; anything else is sent as it is. */
  location?: string
  /** `Content-Type` in place of the right one; `none` sends none. */
  contentType?: string
  /** Further response headers, which replace those of the same name. A list of values is sent in
   * that many lines; on runtimes other than Node, in one line with commas. */
  headers?: Readonly<Record<string, HeaderLines>>

  /** Sends an error event after n events and then ends the body. */
  errorAfterEvents?: number
  /** The error event's JSON; `message` is a bare `{ message }`. Default: the server's
   * `errorShape`. */
  errorShape?: ErrorShape | 'message'
  /** What marks the error event: `event` is an `event: error` line, `type` a `"type": "error"`
   * field in the JSON. With `none` only the fields tell that it is an error. Default: `event`. */
  errorMark?: 'event' | 'type' | 'both' | 'none'

  /** Ends the connection after n events. */
  cutAfterEvents?: number
  /** Ends the connection after n bytes of the body. */
  cutAfterBytes?: number
  /** How a cut ends the connection. Default: `fin`. */
  cut?: Cut

  /** Goes silent after n events, but for heartbeats. */
  stallAfterEvents?: number
  /** Goes silent after n bytes of the body. No heartbeats, which would land inside an event. */
  stallAfterBytes?: number
  /** How long a stall lasts before the answer goes on. Default: for good. */
  stallFor?: number

  /** Sends an event that is not JSON after n events. A `stream: false` answer is cut in half. */
  malformedAfterEvents?: number
  /** Sends two events no SDK knows after n events: an unknown `type`, and an unknown `event:`. */
  unknownAfterEvents?: number
  /** Sends a frame that is not part of the answer: `empty` has empty `data`, `empty-id` also an
   * `id`, `ping` is an `event: ping` with a time stamp that is not JSON, and `greeting` is a JSON
   * event of an unknown type and without `id`. */
  frame?: Frame
  /** Sends the frame after n events. Default: 0, at the beginning. */
  frameAfterEvents?: number
  /** Sends, after the metadata, one text event whose `data` is this long. At least 64. */
  oversize?: number
  /** Sends this many text events in place of the analysis. */
  events?: number
  /** The spelling of `usage` in place of the server's: `prompt_tokens` or `promptTokens`. */
  usage?: UsageSpelling
  /** Leaves out the `done` event. */
  noDoneEvent?: boolean
  /** Leaves out `data: [DONE]`. */
  noDoneMarker?: boolean
  /** Keeps the connection open once all has been sent. */
  linger?: boolean

  /** Sends the body in writes of this size, whatever the events: 1 splits every UTF-8 character,
   * 100000 packs many events into one write. */
  chunkBytes?: number
  /** Ends the lines of the stream. Default: `lf`. */
  lineEnding?: 'lf' | 'crlf' | 'cr'
  /** Begins the stream with a byte order mark. */
  bom?: boolean
  /** Gives every event of the answer an `id:`, from 1. */
  ids?: boolean
  /** Sends `retry:` with this value before the first event. */
  retry?: number
  /** Interval of the heartbeats in place of the server's; 0 sends none. */
  heartbeat?: number
  /** The pace in place of the server's; 0 is as fast as possible. */
  tokensPerSecond?: number
  /** Time before the first piece of text in place of the server's. */
  timeToFirstToken?: number
}

/** What a redirect has been followed past: the rest of the fault is for the answer behind it. */
export function withoutRedirect(fault: Fault): Fault {
  const followed = new Set(['status', 'location', 'body', 'delay', 'hang', 'destroy'])
  return Object.fromEntries(Object.entries(fault).filter(([name]) => !followed.has(name)))
}

/** Whether this status is a redirect that clients follow. */
export function isRedirect(status: number | undefined): boolean {
  return status !== undefined && [301, 302, 303, 307, 308].includes(status)
}
