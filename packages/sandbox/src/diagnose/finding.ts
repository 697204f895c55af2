import type { Advice } from './advice.ts'

/** What every finding has. */
export interface FindingParts {
  /** What was seen, in words. Contains no header, prompt or answer. */
  readonly message: string
  /** What to set where. Names only the proxies that were seen on the way, or all known ones if none was seen. */
  readonly advice: readonly Advice[]
}

/** No response came: the server cannot be reached, or the connection ended before a response. */
export interface UnreachableFinding extends FindingParts {
  /** Tells the findings apart. */
  readonly type: 'unreachable'
  /** The code of the system's error, such as `ECONNREFUSED`. */
  readonly code: string
}

/** The response has a status other than 200. */
export interface RefusedFinding extends FindingParts {
  /** Tells the findings apart. */
  readonly type: 'refused'
  /** The HTTP status. */
  readonly status: number
}

/** The response is not an event stream. */
export interface WrongContentTypeFinding extends FindingParts {
  /** Tells the findings apart. */
  readonly type: 'wrong-content-type'
  /** Such as `text/html`, without parameters. Absent if the response has no content type. */
  readonly contentType?: string
}

/** Events arrived later than they were sent. */
export interface BufferedFinding extends FindingParts {
  /** Tells the findings apart. */
  readonly type: 'buffered'
  /**
   * How it shows. `heartbeats`: several heartbeats arrived at once, which a server sends seconds apart.
   * `broken-lines`: the silences began in the middle of a line. `burst`: after a long silence, many events
   * arrived at once. `groups`: the words of an answer arrived in groups, with silences between.
   */
  readonly evidence: 'heartbeats' | 'broken-lines' | 'burst' | 'groups'
  /** `likely` if a server that itself sends many events at once would look the same. */
  readonly certainty: 'certain' | 'likely'
  /** Milliseconds of silence while something held events back. */
  readonly heldFor: number
  /** The most events that arrived at once. */
  readonly eventsAtOnce: number
}

/** Something compresses the event stream. */
export interface CompressedFinding extends FindingParts {
  /** Tells the findings apart. */
  readonly type: 'compressed'
  /** Such as `gzip`. */
  readonly encoding: string
}

/** The response announces its length, so something had the whole answer before it sent any of it. */
export interface ContentLengthFinding extends FindingParts {
  /** Tells the findings apart. */
  readonly type: 'content-length'
  /** Bytes. */
  readonly length: number
}

/** The response ended before the answer did. */
export interface CutFinding extends FindingParts {
  /** Tells the findings apart. */
  readonly type: 'cut'
  /** `idle` if it ended in a silence, as idle limits do. `unknown` if bytes were still coming. */
  readonly cause: 'idle' | 'unknown'
  /** Milliseconds without a byte before the end. */
  readonly silence: number
  /** Milliseconds from the request to the end. */
  readonly after: number
  /**
   * How it ended. `broken`: in the middle of the response. `clean`: with a correct end of the response.
   * `gateway-timeout`: no response came, and a proxy answered with 504 or 524.
   */
  readonly ending: 'broken' | 'clean' | 'gateway-timeout'
}

/** Nothing came for as long as the diagnosis waits. */
export interface SilentFinding extends FindingParts {
  /** Tells the findings apart. */
  readonly type: 'silent'
  /** What did not come: the response, its first byte, or the next event of an answer. */
  readonly missing: 'response' | 'bytes' | 'events'
  /** Milliseconds that it waited. */
  readonly after: number
}

/** The stream ended with an error event, so the server itself has failed. */
export interface ErrorEventFinding extends FindingParts {
  /** Tells the findings apart. */
  readonly type: 'error-event'
}

/** Too little came, or it came too fast, to tell whether something buffers. */
export interface CannotTellFinding extends FindingParts {
  /** Tells the findings apart. */
  readonly type: 'cannot-tell'
  /** How many events came. */
  readonly events: number
  /** Milliseconds from the first event to the last. */
  readonly spread: number
}

/** Something that is wrong, or that the diagnosis cannot tell. */
export type Finding =
  | UnreachableFinding
  | RefusedFinding
  | WrongContentTypeFinding
  | BufferedFinding
  | CompressedFinding
  | ContentLengthFinding
  | CutFinding
  | SilentFinding
  | ErrorEventFinding
  | CannotTellFinding
