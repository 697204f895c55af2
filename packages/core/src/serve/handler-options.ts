import { milliseconds, wholeNumber } from '../lifetime/check-limit.ts'
import {
  type Check,
  checkFunction,
  checkLogger,
  type Checks,
  checkThat,
  hasMethods,
} from '../lifetime/check-options.ts'
import type { AI } from '../client.ts'
import type { EventOf, EventTypes, NoEventTypes } from '../events/own-event.ts'
import type { OtherEvent, StreamEvent } from '../events/stream-event.ts'
import type { Logger } from '../lifetime/logger.ts'
import { heartbeatLimit } from '../relay/heartbeat.ts'
import type { AnalysisRequest } from '../options/analysis-request.ts'
import { checkClient } from '../options/check-client.ts'
import { checkEventTypes } from '../options/check-event-types.ts'
import { checkLogLevel, type LogLevel } from '../options/log-level.ts'
import type { StreamStore } from '../store/stream-store.ts'
import type { Authorization } from './authorization.ts'
import { checkCors, type Cors } from './cors.ts'
import { checkPublicOrigin } from './page-origin.ts'

/** The context that a platform passes to a handler, such as the `ctx` of a Worker. */
export interface HandlerContext {
  /** Keeps the platform running until the work ends, which may be after the response. */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/** What a source knows besides the question. */
export interface SourceContext {
  /** The request of the caller. Its body has been read. */
  readonly request: Request
  /** Aborted if no one reads the answer any more. Pass it to your model. */
  readonly signal: AbortSignal
}

/**
 * Answers a question with events, for example those of a model. A generator function is a source.
 *
 * An error of this SDK that it throws before its first event decides the status of the response. If it is an
 * {@link APIError}, such as a {@link RateLimitError}, the caller gets its message. The caller gets no details of any other
 * error, and `onError` gets the error.
 */
export type AnalysisSource<Types extends EventTypes = NoEventTypes> = AnalysisSourceOf<
  EventOf<Types>
>

/** A function that returns the events of an answer, for example as an async generator or an array. */
export type AnalysisSourceOf<Event> = (
  question: AnalysisRequest,
  context: SourceContext,
) => AsyncIterable<Event> | Iterable<Event> | Promise<AsyncIterable<Event> | Iterable<Event>>

/** The options of `createHandler`. */
export interface HandlerOptions<Types extends EventTypes = NoEventTypes> {
  /** The client that calls VecTrade with your key. Pass it, or a `source`. */
  client?: { readonly ai: AI<StreamEvent | OtherEvent> } | undefined
  /** Answers instead of VecTrade. */
  source?: AnalysisSourceOf<EventOf<NoInfer<Types>>> | undefined
  /**
   * Event types of your own, as in the options of a client. What the source or VecTrade sends is checked. Default: none.
   */
  events?: Types | undefined
  /**
   * Decides which requests may pass. If it throws, the caller gets a 500, and neither VecTrade nor the `source` is
   * asked. To look at the body, read `request.clone()`. Default: all pass, so anyone who can reach the endpoint can
   * use up your quota.
   */
  authorize?: ((request: Request) => Authorization | Promise<Authorization>) | undefined
  /**
   * The most characters that a prompt and its symbols may have together. An empty symbol counts as one
   * character. A request over the limit gets a 422. Default 10 000.
   */
  maxPromptLength?: number | undefined
  /** The other origins from which pages may call the endpoint. Default: none. */
  cors?: Cors | undefined
  /**
   * The origin of the endpoint's own pages, as the address bar shows it, such as `https://app.example.com`.
   * Pass an array if there are several. Set it if a proxy changes the `Host` of requests. Default: the origin
   * in the request's URL.
   */
  publicOrigin?: string | readonly string[] | undefined
  /** ms of silence until a comment is sent to keep the connection alive. 0 turns it off. Default 15 000. */
  heartbeat?: number | undefined
  /**
   * The longest time, in ms, before the response begins. Until then, the endpoint waits for VecTrade's response
   * headers, or for the first event of the `source`. If VecTrade or the source refuses the request in that time, the
   * response has the same status. A later failure becomes an error event. 0 starts the response at once. Default 8 000.
   */
  firstByteAfter?: number | undefined
  /**
   * How long to wait for the next event, in ms. After that, the answer ends with an error. 0 is no limit. Default: that
   * of the `client`, or 120 000 with a `source`.
   */
  idleTimeout?: number | undefined
  /**
   * Makes streams resumable. An answer continues if its caller leaves. The store keeps it for its
   * `timeToLive`, so that the caller can come back for it. `DELETE` stops an answer, and `store.expire(id)`
   * deletes it. Default: no store, so an answer ends if its caller leaves.
   */
  store?: StreamStore | undefined
  /**
   * Returns the owner of a request's streams, such as a user's id. Anyone else gets a 404. Default: anyone
   * who has the id of a stream can read it. Ids cannot be guessed.
   */
  owner?: ((request: Request) => string | Promise<string>) | undefined
  /**
   * The most streams of one owner that may run at the same time. A request over the limit gets a 429
   * (`rate_limit_error`), and neither VecTrade nor the `source` is asked. Without `owner`, all callers are one owner.
   * Default: no limit.
   *
   * The stores of the SDK count the streams of all instances that share them. A stream of an instance that
   * has crashed counts for one more lease. Each handler counts by itself if there is no store, if the store
   * cannot be reached, or if your own store does not count.
   */
  maxStreamsPerOwner?: number | undefined
  /**
   * Called with the errors of `authorize`, `owner` and the endpoint itself, such as a ConfigurationError, and with
   * failures of the `source`: exceptions, wrong events, and errors of this SDK, except an {@link APIError} and a
   * {@link RequestAbortedError}. The caller
   * gets no details. Default: `console.error`.
   */
  onError?: ((error: unknown) => void) | undefined
  /**
   * Gets warnings about the store and the platform. With `logLevel: 'debug'`, it also gets a message when a stored stream
   * begins, is resumed, is stopped or ends. Default: the logger of the `client`, or `console` if there is a level.
   */
  logger?: Logger | undefined
  /**
   * The lowest level that the logger gets, in the order `debug`, `info`, `warn`, `error`. `off` logs nothing. Default:
   * the level of the `client`, which may come from `VECTRADE_LOG`, or `warn`.
   */
  logLevel?: LogLevel | undefined
}

export const handlerChecks: Checks<HandlerOptions<EventTypes>> = {
  client: /* @__PURE__ */ checkClient('ai', 'stream'),
  source: checkFunction,
  events: checkEventTypes,
  authorize: checkFunction,
  maxPromptLength: /* @__PURE__ */ wholeNumber(10_000, 1),
  cors: checkCors,
  publicOrigin: checkPublicOrigin,
  heartbeat: heartbeatLimit,
  firstByteAfter: /* @__PURE__ */ milliseconds(8_000),
  idleTimeout: /* @__PURE__ */ milliseconds(120_000),
  store: /* @__PURE__ */ checkThat(
    'a StreamStore, such as memoryStore()',
    (value) =>
      hasMethods(value, 'create', 'find', 'read', 'stop') && (value as StreamStore).lease > 0,
  ),
  owner: checkFunction,
  maxStreamsPerOwner: /* @__PURE__ */ wholeNumber(Infinity, 1),
  onError: checkFunction,
  logger: checkLogger,
  logLevel: checkLogLevel,
}

/** Checks for a request that a handler can take. */
export const checkWebRequest: Check = /* @__PURE__ */ checkThat(
  'a Web-standard Request with a `signal` that is aborted if the caller leaves: on Node, use ' +
    'toNodeHandler',
  (value) =>
    hasMethods(value) &&
    hasMethods((value as Request).headers, 'get') &&
    hasMethods((value as Request).signal, 'addEventListener'),
)
