import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { OtherEvent, StreamEvent } from '../events/stream-event.ts'

/**
 * Observes the calls of a client, for tracing and metrics. `@vectrade/otel` makes one for OpenTelemetry.
 *
 * An error of a hook is logged as a warning. It never reaches the caller.
 */
export interface Instrumentation {
  /** Whether `onCall` gets the prompt and the symbols, and `onEnd` the text of the answer. Default false. */
  content?: boolean | undefined
  /**
   * Called when a call begins, in the turn of the caller: with `analyze()`, or at the first use of a stream. Returns
   * the hooks of this call. A call whose signal is already aborted does not begin.
   */
  onCall(call: CallInfo): CallObserver | undefined | void
}

/** A call, as an {@link Instrumentation} sees it. */
export interface CallInfo {
  /** The method of `client.ai` that was called. `analyze()` at an endpoint counts as `stream`. */
  operation: 'stream' | 'analyze' | 'resume'
  /** The URL of the API or the endpoint, without its query. */
  url: string
  /** The question. Set only if the instrumentation has `content: true`. Undefined for `resume`. */
  prompt?: string | undefined
  /** The ticker symbols. Set only if the instrumentation has `content: true`, and the call has symbols. */
  symbols?: readonly string[] | undefined
}

/** The hooks of one call. All of them are optional. None is called after `onEnd`. */
export interface CallObserver {
  /**
   * Called before each request of the call: the first one, retries, reconnections, and the second one if the server
   * refuses the first header for the key. Following a redirect does not count as another request.
   */
  onAttempt?(attempt: CallAttempt): AttemptContext | undefined | void
  /** Called when the headers of a response have come, whatever its status is. */
  onResponse?(response: AttemptResponse): void
  /** Called after a failure that is tried again, before the pause. */
  onRetry?(retry: CallRetry): void
  /** Called once, before the first event with text. */
  onFirstText?(): void
  /**
   * Called for each event before the program gets it. With this hook, `onFirstText` or `onEnd`, a relay decodes events
   * that it would otherwise pass through as bytes. The operation `analyze` has no events.
   */
  onEvent?(event: StreamEvent | OtherEvent): void
  /** Called exactly once. */
  onEnd?(end: CallEnd): void
}

/** A request of a call. */
export interface CallAttempt {
  /** The number of the request within its call, from 1. */
  attempt: number
  /** `POST` asks, `GET` resumes a stream, `DELETE` stops one. */
  method: 'POST' | 'GET' | 'DELETE'
  /** The URL, without its query. */
  url: string
}

/** What `onAttempt` adds to a request. */
export interface AttemptContext {
  /** Headers to add to the request, such as `traceparent`. They replace those of the same name. */
  headers?: Record<string, string> | undefined
  /** Calls `send`, which calls `fetch`, in a context. It must call `send` once, and return its result. */
  run?: (<T>(send: () => T) => T) | undefined
}

/** The response of an attempt, without its body. */
export interface AttemptResponse {
  /** The number of the request within its call, from 1. */
  attempt: number
  /** The HTTP status. */
  status: number
  /** The id in `X-Request-Id`. */
  requestId: string | undefined
}

/** A failure that is tried again. */
export interface CallRetry {
  /** The number of the request that has failed, from 1. */
  attempt: number
  /** Why the attempt has failed. */
  error: VecTradeError
  /** The pause before the next attempt, in ms. Undefined if a stream is resumed, because that pause may end early. */
  delay?: number | undefined
}

/** The end of a call. */
export interface CallEnd {
  /**
   * `complete` is a whole answer. `cancelled`: the reader has left, for example with `break` or `cancel()`. `dropped`
   * is a stream that the program has lost without ending it. `failed` has an `error`. An aborted signal is a failure.
   */
  outcome: 'complete' | 'cancelled' | 'dropped' | 'failed'
  /** Why the call has failed. Undefined if it has not failed. */
  error?: VecTradeError | undefined
  /** The id of the last response's request. */
  requestId: string | undefined
  /** The number of events that were read. */
  events: number
  /** The text that was read. Undefined unless the instrumentation has `content: true`. */
  text?: string | undefined
  /** The fields of all metadata events, such as `model`. */
  metadata: Readonly<Record<string, unknown>>
  /** The tokens, if the answer has told them. */
  usage: { readonly [name: string]: unknown } | undefined
}
