import type { VecTrade } from '../client.ts'
import { checkLimit } from '../check-limit.ts'
import { APIError } from '../errors/api-error.ts'
import { statusFor } from '../errors/class-table.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { ConnectionError, TimeoutError } from '../errors/connection-error.ts'
import { StreamProtocolError } from '../errors/stream-error.ts'
import { StreamStoreError } from '../errors/stream-store-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { errorToWire } from '../errors/to-wire.ts'
import type { Logger } from '../logger.ts'
import type { StreamStore } from '../resume/stream-store.ts'
import type { AnalysisStream } from '../stream.ts'
import { within } from '../timers.ts'
import { readRequest } from './analysis-request.ts'
import { checkCors, type Cors, corsHeaders, isAllowedOrigin, preflightHeaders } from './cors.ts'
import { eventText, relayResponse } from './readable.ts'
import { errorResponse, Refusal } from './refusal.ts'
import {
  beginStored,
  openStored,
  releasable,
  resumeStored,
  stopStored,
  streamIdOf,
} from './stored.ts'

/** Lets a request pass (`true`), refuses it (`false` is 401), or answers it instead. */
export type Authorization = boolean | 401 | 403 | Response

/** How {@link createHandler} serves. */
export interface HandlerOptions {
  /** The client that asks VecTrade, with your key. */
  client: VecTrade
  /**
   * Who may ask. Where it throws the answer is 500 and nothing is asked. Default: everybody who
   * reaches the endpoint, at the cost of your quota.
   */
  authorize?: ((request: Request) => Authorization | Promise<Authorization>) | undefined
  /** In characters. Default 10 000. */
  maxPromptLength?: number | undefined
  /** Pages of which other origins may ask. Default: none. */
  cors?: Cors | undefined
  /** ms of silence after which a comment keeps the connection alive; 0 for none. Default 15 000. */
  heartbeat?: number | undefined
  /**
   * ms until the response begins, VecTrade having answered or not. Until then a refusal keeps its
   * own status; what fails later comes as an error event. Default 8 000.
   */
  firstByteAfter?: number | undefined
  /**
   * Makes streams resumable: an answer goes on when its caller leaves, and is kept for those who
   * come back. Default: none, an answer ends with its caller.
   */
  store?: StreamStore | undefined
  /**
   * Whose the streams of a request are, such as a user's id: others get them no more than streams
   * that do not exist. Default: anybody's who has the id, which cannot be guessed.
   */
  owner?: ((request: Request) => string | Promise<string>) | undefined
  /**
   * Gets what `authorize`, `owner` or this endpoint itself threw; the caller gets a 500 that does not
   * tell. Default: `console.error`.
   */
  onError?: ((error: unknown) => void) | undefined
  /** Hears of a store that fails. Default: silent. */
  logger?: Logger | undefined
}

/** What a platform offers to a handler, such as the `ctx` of a Worker. */
export interface HandlerContext {
  /** Keeps the platform from ending work that goes on behind the response. */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/**
 * A Web-standard handler. A platform's context may come second, or third as on Workers, where the
 * second is `env`.
 */
export type Handler = (
  request: Request,
  context?: HandlerContext | object,
  workerContext?: HandlerContext,
) => Promise<Response>

/**
 * The endpoint that pages call in place of VecTrade's API, for which they must have no key.
 *
 * Takes `POST` with `{ prompt, symbols? }` as JSON and answers with VecTrade's event stream. Nothing
 * of the caller's request but these two goes upstream, and nothing of this server's own failures
 * goes down. A caller who leaves ends the request to VecTrade. Pages of other origins are refused
 * unless allowed: no site can spend the quota through its visitors.
 *
 * @throws ConfigurationError on a wrong option
 * @example
 * ```ts
 * import { createHandler, VecTrade } from '@vectrade/core'
 *
 * const client = new VecTrade({ apiKey: 'vq_example' })
 * const handler = createHandler({ client, authorize: (request) => request.headers.has('cookie') })
 * const response = await handler(new Request('https://example.com/api/analyze'))
 * console.log(response.status) // 405
 * ```
 */
export function createHandler(options: HandlerOptions): Handler {
  checkOptions(options ?? {})
  const { onError = reportError } = options
  return async (request, ...contexts) => {
    let response
    try {
      response = await answer(request, options, contextOf(contexts))
    } catch (error) {
      response = error instanceof Refusal ? error.toResponse() : failure(error)
      // A mistake of the server's own code or set-up, which its callers are not told.
      if (isMistake(error)) onError(error)
    }
    for (const [name, value] of Object.entries(corsHeaders(request, options.cors))) {
      response.headers.set(name, value)
    }
    if (response.body) requests.set(response.body, request)
    return response
  }
}

function isMistake(error: unknown): boolean {
  if (error instanceof Refusal) return false
  return error instanceof ConfigurationError || !VecTradeError.isInstance(error)
}

/** As long as their answers are read: Node does not abort the signal of a request that is garbage. */
const requests = /* @__PURE__ */ new WeakMap<ReadableStream, Request>()

function reportError(error: unknown): void {
  // oxlint-disable-next-line no-console -- a server that answers 500 for no reason to be found helps nobody
  console.error(error)
}

function contextOf(contexts: (HandlerContext | undefined)[]): HandlerContext {
  return contexts.find((context) => typeof context?.waitUntil === 'function') ?? {}
}

const defaultMaxPromptLength = 10_000
const defaultFirstByteAfter = 8_000
/** Seconds in a year: longer ones are no numbers a client could read. */
const longestRetryAfter = 31_536_000

function checkOptions(options: HandlerOptions): void {
  const { client, store, cors } = options
  if (typeof client?.ai?.stream !== 'function') {
    throw new ConfigurationError('`client` must be a VecTrade client')
  }
  for (const name of ['authorize', 'owner', 'onError'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new ConfigurationError(`\`${name}\` must be a function`)
    }
  }
  if (store !== undefined && typeof store.create !== 'function') {
    throw new ConfigurationError('`store` must be a StreamStore, such as memoryStore() gives')
  }
  if (cors !== undefined) checkCors(cors)
  for (const name of ['maxPromptLength', 'heartbeat', 'firstByteAfter'] as const) {
    if (options[name] !== undefined) checkLimit(name, options[name])
  }
}

async function answer(
  request: Request,
  options: HandlerOptions,
  context: HandlerContext,
): Promise<Response> {
  const { client, cors, store } = options
  if (!isAllowedOrigin(request, cors)) {
    throw new Refusal(403, 'permission_error', 'Pages of this origin may not call this endpoint')
  }
  if (request.method === 'OPTIONS')
    return new Response(null, { status: 204, headers: preflightHeaders })
  const streamId = store && streamIdOf(request)
  if (request.method !== 'POST' && streamId === undefined) {
    const allow = store ? 'POST, GET, DELETE, OPTIONS' : 'POST, OPTIONS'
    throw new Refusal(405, 'invalid_request_error', 'Use POST', { allow })
  }
  const authorization = (await options.authorize?.(request)) ?? options.authorize === undefined
  // A copy, for the headers of one that redirects cannot be added to.
  if (authorization instanceof Response) return new Response(authorization.body, authorization)
  if (authorization !== true) throw refusedBy(authorization)

  const owner = options.owner ? await options.owner(request) : ''
  if (typeof owner !== 'string') throw new TypeError('`owner` must give a string for each request')
  if (store && streamId !== undefined) {
    const stored = await openStored(store, streamId, owner)
    if (stored === undefined) throw new Refusal(404, 'not_found', 'There is no such stream')
    return request.method === 'DELETE'
      ? await stopStored(store, stored)
      : resumeStored(store, stored, request, options)
  }

  const { maxPromptLength = defaultMaxPromptLength } = options
  const analysisRequest = await readRequest(request, maxPromptLength)
  const caller = store ? releasable(request.signal) : undefined
  const stream = client.ai.stream(analysisRequest, { signal: caller?.signal ?? request.signal })
  const greet = !(await hasAnswered(stream, options))
  if (store && !request.signal.aborted) {
    const begun = await beginStored(store, owner, stream, { ...options, greet }, context)
    if (begun !== undefined) {
      // From here on the caller's leaving does not end the answer.
      caller?.release()
      return begun
    }
  }
  return relayResponse(stream, eventText, { heartbeat: options.heartbeat }, { greet })
}

/** Waits for VecTrade's headers, so that a refusal keeps its status, but not for long. */
async function hasAnswered(stream: AnalysisStream, options: HandlerOptions): Promise<boolean> {
  const { firstByteAfter = defaultFirstByteAfter } = options
  return firstByteAfter > 0 && (await within(stream.response, firstByteAfter)) !== undefined
}

function refusedBy(authorization: false | 401 | 403): Refusal {
  return authorization === 403
    ? new Refusal(403, 'permission_error', 'You may not use this endpoint')
    : new Refusal(401, 'authentication_error', 'Sign in to use this endpoint')
}

/** A failure before the response began: VecTrade's own status, or one for ours. */
function failure(error: unknown): Response {
  const retryAfter = error instanceof APIError ? error.retryAfter : undefined
  const status = statusOf(error)
  return errorResponse(
    status,
    errorToWire(error, status),
    retryAfter === undefined
      ? {}
      : { 'retry-after': String(Math.ceil(Math.min(retryAfter, longestRetryAfter))) },
  )
}

function statusOf(error: unknown): number {
  if (error instanceof APIError) {
    // One that came inside a 200 gets the status of its class, so that it is read as that class. There
    // are also servers with statuses that no response can have.
    const { status = statusFor(error) } = error
    return status < 600 ? status : 502
  }
  if (error instanceof StreamStoreError) return 503
  if (error instanceof TimeoutError) return 504
  if (error instanceof ConnectionError || error instanceof StreamProtocolError) return 502
  return 500
}
