import { milliseconds, wholeNumber } from '../lifetime/check-limit.ts'
import {
  type Check,
  checkFunction,
  checkLogger,
  checkOptions,
  type Checks,
  checkThat,
  hasMethods,
} from '../lifetime/check-options.ts'
import type { VecTrade } from '../client.ts'
import { isRecord } from '../events/json.ts'
import type { Logger } from '../lifetime/logger.ts'
import { heartbeatLimit } from '../relay/heartbeat.ts'
import type { StreamStore } from '../store/stream-store.ts'
import type { Authorization } from './authorization.ts'
import { checkCors, type Cors } from './cors.ts'
import { checkPublicOrigin } from './page-origin.ts'

/** What a platform offers to a handler, such as the `ctx` of a Worker. */
export interface HandlerContext {
  /** Keeps the platform from ending work that goes on behind the response. */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/** How `createHandler` serves. */
export interface HandlerOptions {
  /** The client that asks VecTrade, with your key. */
  client: VecTrade
  /**
   * Decides who may ask. If it throws, the answer is a 500 and nothing is sent. To look at the
   * body, read `request.clone()`. Default: anyone who reaches the endpoint may use up your quota.
   */
  authorize?: ((request: Request) => Authorization | Promise<Authorization>) | undefined
  /**
   * The longest prompt, in characters. Its symbols are included; an empty symbol counts as one character.
   * A longer prompt gets a 422. Default 10 000.
   */
  maxPromptLength?: number | undefined
  /** Other origins whose pages may ask. Default: none. */
  cors?: Cors | undefined
  /**
   * The origin, or origins, at which browsers reach the endpoint's own pages, such as
   * `https://app.example.com`. Set it if a proxy passes requests on with another `Host`. Default: the
   * address that the request asks for.
   */
  publicOrigin?: string | readonly string[] | undefined
  /** ms of silence after which a comment keeps the connection alive; 0 for none. Default 15 000. */
  heartbeat?: number | undefined
  /**
   * ms until the response begins, whether or not VecTrade has answered. An earlier refusal keeps
   * its status; a later failure becomes an error event. Default 8 000.
   */
  firstByteAfter?: number | undefined
  /**
   * Makes streams resumable: an answer goes on when its caller leaves, and is kept for those who
   * come back, for the store's `timeToLive`. `DELETE` stops an answer; `store.expire(id)` deletes it.
   * Default: none, so an answer ends when its caller leaves.
   */
  store?: StreamStore | undefined
  /**
   * Identifies the owner of a request's streams, such as a user's id. Anyone else gets a 404.
   * Default: a stream is open to anyone who has its id, which cannot be guessed.
   */
  owner?: ((request: Request) => string | Promise<string>) | undefined
  /**
   * The most streams of one owner that may run at the same time. A request over the limit gets a 429
   * (`rate_limit_error`), and VecTrade is not asked. Without `owner`, all callers are one owner.
   *
   * The stores of the SDK count over all instances that share them. A dead producer counts for one more
   * lease. Each handler counts for itself if there is no store, if the store cannot be reached, or if your
   * own store does not count. Default: no limit.
   */
  maxStreamsPerOwner?: number | undefined
  /**
   * Called with the errors of `authorize`, `owner` and the endpoint, such as a ConfigurationError.
   * The caller gets a 500 that says nothing about them. Default: `console.error`.
   */
  onError?: ((error: unknown) => void) | undefined
  /** Gets the failures of a store. Default: silent. */
  logger?: Logger | undefined
}

const checkClient = /* @__PURE__ */ checkThat(
  'a VecTrade client',
  (value) => isRecord(value) && hasMethods(value['ai'], 'stream'),
)

export const handlerChecks: Checks<HandlerOptions> = {
  client: checkClient,
  authorize: checkFunction,
  maxPromptLength: /* @__PURE__ */ wholeNumber(10_000, 1),
  cors: checkCors,
  publicOrigin: checkPublicOrigin,
  heartbeat: heartbeatLimit,
  firstByteAfter: /* @__PURE__ */ milliseconds(8_000),
  store: /* @__PURE__ */ checkThat('a StreamStore, such as memoryStore() gives', (value) =>
    hasMethods(value, 'create', 'find', 'read', 'stop'),
  ),
  owner: checkFunction,
  maxStreamsPerOwner: /* @__PURE__ */ wholeNumber(Infinity, 1),
  onError: checkFunction,
  logger: checkLogger,
}

/** @throws ConfigurationError on a wrong option */
export function checkHandlerOptions(options: HandlerOptions): void {
  checkOptions(options, handlerChecks)
  checkClient('client', options.client)
}

export const checkRequest: Check = /* @__PURE__ */ checkThat(
  'a Web-standard Request with a `signal`, which is aborted when the caller leaves: on Node, ' +
    'use toNodeHandler',
  (value) =>
    hasMethods(value) &&
    hasMethods((value as Request).headers, 'get') &&
    hasMethods((value as Request).signal, 'addEventListener'),
)
