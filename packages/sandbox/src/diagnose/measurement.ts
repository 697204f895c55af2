import type { Hop } from './hops.ts'

/** Bytes that arrived together. All times are milliseconds since the request was sent. */
export interface Arrival {
  /** When the first of them arrived. */
  readonly at: number
  /** When the last of them arrived, at most 5 ms later. */
  readonly until: number
  /** Milliseconds without a byte before them. Does not count time in which this program was not running. */
  readonly silence: number
  /** Bytes after decompression. */
  readonly bytes: number
  /** Events that ended in these bytes. */
  readonly events: number
  /** Comments that ended in these bytes. Heartbeats are comments. Several lines without an empty one count once. */
  readonly comments: number
  /** The most comments without an event between them, without those with which the stream begins. */
  readonly commentsInRow: number
  /** Whether the bytes end in the middle of a line, and the next ones do not begin with its end. */
  readonly endsInsideLine: boolean
}

/** The response headers that matter for streaming. No other value of a header is kept. */
export interface ResponseHead {
  /** The HTTP status. */
  readonly status: number
  /** Such as `1.1`. */
  readonly httpVersion: string
  /** Milliseconds from the request to the headers. */
  readonly at: number
  /** Without parameters, such as `text/event-stream`. */
  readonly contentType?: string
  /** Such as `gzip`, or `gzip, br` if it is compressed twice. Absent if the response is not compressed. */
  readonly contentEncoding?: string
  /** Bytes. Absent if the response does not announce its length. */
  readonly contentLength?: number
  /** Whether the response has `Transfer-Encoding: chunked`. */
  readonly isChunked: boolean
  /** Whether the server closes the connection after the response. */
  readonly closesConnection: boolean
  /** Whether `Cache-Control: no-transform` forbids proxies to compress. */
  readonly noTransform: boolean
  /** Whether `X-Accel-Buffering: no` has arrived. nginx removes it when it obeys it. */
  readonly noBuffering: boolean
}

/**
 * How the measurement ended. `answered`: the answer was complete. `error-event`: the stream had an error event.
 * `ended`: the response ended correctly, without the end of an answer. `broken`: the response ended in the
 * middle. `silent`: nothing came for too long. `watched`: the stream was still open when the time was over.
 * `refused`: the response had a status other than 200, or was not an event stream. `unreadable`: the response cannot
 * be decompressed. `unreachable`: no response came.
 */
export type Ending =
  | 'answered'
  | 'error-event'
  | 'ended'
  | 'broken'
  | 'silent'
  | 'watched'
  | 'refused'
  | 'unreadable'
  | 'unreachable'

/** What was measured. All times are milliseconds since the request was sent. */
export interface Measurement {
  /** Absent if no response came. */
  readonly head?: ResponseHead
  /** What the response headers show of the way. Some proxies do not show themselves. */
  readonly hops: readonly Hop[]
  /** The bytes of the response, in the order in which they arrived. */
  readonly arrivals: readonly Arrival[]
  /** All events. */
  readonly events: number
  /** All comments. Heartbeats are comments. */
  readonly comments: number
  /** Bytes after decompression. */
  readonly bytes: number
  /** Absent if no event came. */
  readonly firstEventAt?: number
  /** Absent if no event came. */
  readonly lastEventAt?: number
  /** The longest time without a byte, in ms. */
  readonly longestSilence: number
  /** How it ended. */
  readonly ending: Ending
  /** When it ended. */
  readonly endedAt: number
  /** Milliseconds without a byte before the end. */
  readonly lastSilence: number
  /** The code of the system's error, if no response came. */
  readonly errorCode?: string
}
