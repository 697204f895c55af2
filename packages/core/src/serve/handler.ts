import { whenAborted } from '../lifetime/abort-source.ts'
import { APIError } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { errorToWire, statusFor } from '../errors/to-wire.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import type { AnalysisRequest } from '../client.ts'
import type { AnalysisStream } from '../stream/stream.ts'
import { within } from '../lifetime/timers.ts'
import { readRequest } from './analysis-request.ts'
import { askToAuthorize } from './authorization.ts'
import { addCorsHeaders } from './cors.ts'
import {
  checkHandlerOptions,
  checkRequest,
  type HandlerContext,
  type HandlerOptions,
} from './handler-options.ts'
import { isAllowedOrigin, originRefused } from './page-origin.ts'
import { isBrokenOff } from './broken-off.ts'
import { eventText, relayResponse } from '../relay/readable.ts'
import { errorResponse, Refusal } from './refusal.ts'
import { releasable } from './releasable.ts'
import { RunningStreams } from './running-streams.ts'
import { openStored, resumeStored, stopStored, streamIdOf } from './stored.ts'
import { StoredPlace } from './stored-place.ts'

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
 * The handler takes a Web-standard `Request`, its `signal` included. Anything else is a 500, and
 * `onError` is told.
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
  checkHandlerOptions(options)
  const { onError = reportError } = options
  const running = new RunningStreams(options.maxStreamsPerOwner)
  /** Reports an error in the server's own code or configuration. Callers do not see it. */
  const report = (error: unknown): void => {
    // If `onError` fails, there is no one to tell.
    void markHandled((async () => onError(error))())
  }
  return async (request, ...contexts) => {
    try {
      checkRequest('request', request)
    } catch (error) {
      report(error)
      return failure(error)
    }
    let response
    try {
      response = await answer(request, options, contextOf(contexts), running)
    } catch (error) {
      if (await isMistake(error, request)) report(error instanceof OwnMistake ? error.cause : error)
      response = error instanceof Refusal ? error.toResponse() : failure(error)
    }
    // Each answer belongs to one request of one caller.
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store')
    if (options.cors) addCorsHeaders(response.headers, request, options.cors)
    if (response.body) requests.set(response.body, request)
    return response
  }
}

async function isMistake(error: unknown, request: Request): Promise<boolean> {
  if (error instanceof Refusal) return false
  if (error instanceof OwnMistake) return !(await isBrokenOff(request, error.cause))
  return error instanceof ConfigurationError || !VecTradeError.isInstance(error)
}

/** Wraps an error of `authorize` or `owner`. Its class says nothing about VecTrade or the caller. */
class OwnMistake extends Error {}

async function ofServer<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new OwnMistake('', { cause })
  }
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

async function answer(
  request: Request,
  options: HandlerOptions,
  context: HandlerContext,
  running: RunningStreams,
): Promise<Response> {
  const { store } = options
  if (!isAllowedOrigin(request, options)) throw new Refusal(403, 'permission_error', originRefused)
  const allow = store ? 'POST, GET, DELETE, OPTIONS' : 'POST, OPTIONS'
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
  const streamId = store && streamIdOf(request)
  if (request.method !== 'POST' && streamId === undefined) {
    throw new Refusal(405, 'invalid_request_error', 'Use POST', { allow })
  }
  const answerInstead = await ofServer(() => askToAuthorize(request, options.authorize))
  if (answerInstead !== undefined) return answerInstead

  const owner = await ofServer(() => (options.owner ? options.owner(request) : ''))
  if (typeof owner !== 'string') {
    throw new ConfigurationError('`owner` must give a string for each request')
  }
  if (store && streamId !== undefined) {
    const stored = await openStored(store, streamId, owner)
    if (stored === undefined) throw new Refusal(404, 'not_found', 'There is no such stream')
    return request.method === 'DELETE'
      ? await stopStored(store, stored)
      : resumeStored(store, stored, request, options.heartbeat)
  }

  const { maxPromptLength = defaultMaxPromptLength } = options
  const analysisRequest = await readRequest(request, maxPromptLength)
  const leave = running.enter(owner)
  try {
    return await ask(request, analysisRequest, owner, options, context, leave)
  } catch (error) {
    leave()
    throw error
  }
}

/** @param onEnd called when the answer ends; not called if there is no answer */
async function ask(
  request: Request,
  analysisRequest: AnalysisRequest,
  owner: string,
  options: HandlerOptions,
  context: HandlerContext,
  onEnd: () => void,
): Promise<Response> {
  const { client, store, heartbeat } = options
  const place =
    store && !request.signal.aborted
      ? await StoredPlace.take(store, owner, options, context)
      : undefined
  const caller = place && releasable(request.signal)
  let stream
  let heartbeatFirst
  try {
    stream = client.ai.stream(analysisRequest, { signal: caller?.signal ?? request.signal })
    heartbeatFirst = !(await hasAnswered(stream, options))
  } catch (error) {
    place?.leave()
    throw error
  }
  if (place === undefined || request.signal.aborted) {
    place?.leave()
    // Something may hold the response without reading it.
    whenAborted(request.signal, onEnd)
    const response = relayResponse(stream, eventText, { heartbeat }, { heartbeatFirst, onEnd })
    return withRequestId(response, stream, heartbeatFirst)
  }
  // From here on, the answer continues if the caller leaves.
  caller?.release()
  return withRequestId(place.fill(stream, heartbeat, heartbeatFirst, onEnd), stream, heartbeatFirst)
}

/** VecTrade's id of the request, which its support asks for, if VecTrade has answered in time. */
async function withRequestId(
  response: Response,
  stream: AnalysisStream,
  heartbeatFirst: boolean,
): Promise<Response> {
  const id = heartbeatFirst ? undefined : (await stream.response).requestId
  if (id !== undefined) response.headers.set('x-request-id', id)
  return response
}

/** Waits for VecTrade's headers, so that a refusal keeps its status, but not for long. */
async function hasAnswered(stream: AnalysisStream, options: HandlerOptions): Promise<boolean> {
  const { firstByteAfter = defaultFirstByteAfter } = options
  return firstByteAfter > 0 && (await within(stream.response, firstByteAfter)) !== undefined
}

/** A failure before the response began: VecTrade's own status, or one for ours. */
function failure(error: unknown): Response {
  const status = statusFor(error)
  const headers: Record<string, string> = {}
  const retryAfter = error instanceof APIError ? error.retryAfter : undefined
  if (retryAfter !== undefined) {
    const seconds = Math.min(retryAfter, longestRetryAfter)
    // The standard header has whole seconds only; our clients read the other one first.
    headers['retry-after'] = String(Math.ceil(seconds))
    if (!Number.isInteger(seconds)) headers['retry-after-ms'] = String(seconds * 1000)
  }
  return errorResponse(status, errorToWire(error, status), headers)
}
