import { APIError } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { findRow, isRetryable } from '../errors/find-row.ts'
import { errorToWire, statusFor } from '../errors/error-to-wire.ts'
import { RequestAbortedError } from '../errors/request-aborted-error.ts'
import type { ResponseHeader } from '../errors/response-headers.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { whenAborted } from '../lifetime/abort-source.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { within } from '../lifetime/timers.ts'
import { streamIdOf } from '../store/stream-id.ts'
import { eventText, relayResponse } from '../relay/readable.ts'
import { readAnalysisRequest } from './read-analysis-request.ts'
import { askToAuthorize } from './authorization.ts'
import { addCorsHeaders } from './cors.ts'
import {
  checkHandlerOptions,
  checkWebRequest,
  type HandlerContext,
  handlerChecks,
  type HandlerOptions,
} from './handler-options.ts'
import { isInterruptedUpload } from './interrupted-upload.ts'
import { isAllowedOrigin, originRefused } from './page-origin.ts'
import { errorResponse, invalidRequest, Refusal } from './refusal.ts'
import { RunningStreams } from './running-streams.ts'
import { type StoredAnswer, StoredStreams } from './stored-streams.ts'

/**
 * A Web-standard handler: takes a `Request` and returns its `Response`. The platform's context may be the
 * second argument. On Workers it is the third, and `env` is the second.
 */
export type Handler = (
  request: Request,
  context?: HandlerContext | object,
  workerContext?: HandlerContext,
) => Promise<Response>

/**
 * Creates the endpoint that pages call instead of VecTrade's API, so that they need no key.
 *
 * The endpoint takes a `POST` with `{ prompt, symbols? }` as JSON and answers with VecTrade's event stream.
 * It sends only these two fields to VecTrade, and it does not show this server's own failures to callers. If
 * the caller leaves, the request to VecTrade ends. Pages of other origins are refused unless `cors` allows
 * them, so that no other site can use up your quota through its visitors.
 *
 * The handler takes a Web-standard `Request` with its `signal`. Anything else gets a 500, and `onError` is
 * called.
 *
 * @throws ConfigurationError if an option is wrong
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
  const endpoint = new Endpoint(options)
  return (request, ...contexts) => endpoint.handle(request, contexts)
}

/** Turns requests into responses. The methods are in the order in which a request reaches them. */
class Endpoint {
  readonly #options: HandlerOptions
  readonly #running: RunningStreams
  readonly #streams: StoredStreams | undefined
  /** The methods that the endpoint serves. */
  readonly #methods: string

  constructor(options: HandlerOptions) {
    this.#options = options
    this.#running = new RunningStreams(options.maxStreamsPerOwner)
    this.#streams = options.store && new StoredStreams(options.store, options)
    this.#methods = this.#streams ? 'POST, GET, DELETE' : 'POST'
  }

  /** Responds to any request. A failure becomes an error response. */
  async handle(request: Request, contexts: (HandlerContext | undefined)[]): Promise<Response> {
    try {
      checkWebRequest('request', request)
    } catch (error) {
      this.#report(error)
      return failure(error)
    }
    let response
    try {
      response = await this.#route(request, contextOf(contexts))
    } catch (error) {
      if (await isServerFault(error, request)) {
        this.#report(error instanceof CallbackError ? error.cause : error)
      }
      response = error instanceof Refusal ? error.toResponse() : failure(error)
    }
    // The answer is for one caller, so no cache may store it.
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store')
    const { cors } = this.#options
    if (cors) addCorsHeaders(response.headers, request, cors, this.#methods)
    if (response.body) requests.set(response.body, request)
    return response
  }

  /** Lets the request pass or refuses it, then responds with a stored stream or a new answer. */
  async #route(request: Request, context: HandlerContext): Promise<Response> {
    const { authorize } = this.#options
    const streams = this.#streams
    if (!isAllowedOrigin(request, this.#options)) {
      throw new Refusal(403, originRefused)
    }
    const allow = `${this.#methods}, OPTIONS`
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
    const isOfStream = request.method === 'GET' || request.method === 'DELETE'
    const streamId = streams && isOfStream ? streamIdOf(request.url) : undefined
    if (request.method !== 'POST' && streamId === undefined) {
      throw new Refusal(405, 'Use POST', { allow }, invalidRequest())
    }
    const ownResponse = await runCallback(() => askToAuthorize(request, authorize))
    if (ownResponse !== undefined) return ownResponse

    const owner = await this.#ownerOf(request)
    if (streams && streamId !== undefined) {
      return request.method === 'DELETE'
        ? streams.stop(streamId, owner)
        : streams.get(request, streamId, owner)
    }
    return this.#ask(request, owner, context)
  }

  async #ownerOf(request: Request): Promise<string> {
    const options = this.#options
    const owner = await runCallback(() => (options.owner ? options.owner(request) : ''))
    if (typeof owner === 'string') return owner
    throw new ConfigurationError('`owner` must return a string for each request')
  }

  /** Asks VecTrade and responds with its answer. */
  async #ask(request: Request, owner: string, context: HandlerContext): Promise<Response> {
    const {
      client,
      heartbeat,
      maxPromptLength = handlerChecks.maxPromptLength.default,
    } = this.#options
    const analysisRequest = await readAnalysisRequest(request, maxPromptLength)
    const onEnd = this.#running.enter(owner)
    let stored: StoredAnswer | undefined
    try {
      stored = await this.#streams?.begin(request, owner, context)
      const signal = stored?.signal ?? request.signal
      const stream = client.ai.stream(analysisRequest, { signal })
      const { firstByteAfter = handlerChecks.firstByteAfter.default } = this.#options
      // If VecTrade refuses in time, the refusal keeps its status.
      const reply = firstByteAfter > 0 ? await within(stream.response, firstByteAfter) : undefined
      const heartbeatFirst = reply === undefined
      let response
      if (stored && !request.signal.aborted) {
        response = stored.respond(stream, heartbeatFirst, onEnd)
      } else {
        stored?.abandon()
        // The server may never read the response. Then only the signal tells that the caller has left.
        whenAborted(request.signal, onEnd)
        response = relayResponse(stream, eventText, { heartbeat }, { heartbeatFirst, onEnd })
      }
      // VecTrade's support asks for this id.
      if (reply?.requestId !== undefined) response.headers.set('x-request-id', reply.requestId)
      return response
    } catch (error) {
      stored?.abandon()
      onEnd()
      throw error
    }
  }

  /** Reports an error in the server's own code or configuration. Callers do not see it. */
  #report(error: unknown): void {
    const { onError = reportError } = this.#options
    // If `onError` fails, there is no one to tell.
    void markHandled((async () => onError(error))())
  }
}

/**
 * The requests of the responses that are still read. Node does not abort the signal of a request that was
 * collected as garbage.
 */
const requests = /* @__PURE__ */ new WeakMap<ReadableStream, Request>()

function reportError(error: unknown): void {
  // oxlint-disable-next-line no-console -- without a message, no one could find the cause of the 500
  console.error(error)
}

function contextOf(contexts: (HandlerContext | undefined)[]): HandlerContext {
  return contexts.find((context) => typeof context?.waitUntil === 'function') ?? {}
}

/** Wraps an error of `authorize` or `owner`, because its class says nothing about VecTrade or the caller. */
class CallbackError extends Error {}

async function runCallback<T>(callback: () => T | Promise<T>): Promise<T> {
  try {
    return await callback()
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new CallbackError('', { cause })
  }
}

/** Whether the server's own code or configuration caused an error. */
async function isServerFault(error: unknown, request: Request): Promise<boolean> {
  if (error instanceof Refusal) return false
  if (error instanceof CallbackError) return !(await isInterruptedUpload(request, error.cause))
  return error instanceof ConfigurationError || !VecTradeError.isInstance(error)
}

/** Seconds in a year. Clients may not be able to read a longer time. */
const longestRetryAfter = 31_536_000

/** Returns the response for a failure. It has VecTrade's status, or the one in the table for an error of ours. */
function failure(error: unknown): Response {
  const status = statusFor(error)
  const headers: Partial<Record<ResponseHeader, string>> = {}
  const retryAfter = error instanceof APIError ? error.retryAfter : undefined
  if (retryAfter !== undefined) {
    const seconds = Math.min(retryAfter, longestRetryAfter)
    // The standard header has whole seconds only; our clients read the other one first.
    headers['retry-after'] = String(Math.ceil(seconds))
    if (!Number.isInteger(seconds)) headers['retry-after-ms'] = String(seconds * 1000)
  }
  const wire = errorToWire(error, status)
  // Status and type alone may lead the reader to the wrong `retryable`. Then the header states the right one. A
  // RequestAbortedError gets no header: this server's call was aborted, and the reader may still retry.
  const isReadAsRetryable = isRetryable(findRow(status, [wire.error.type]), status, undefined)
  const isJudge = VecTradeError.isInstance(error) && !(error instanceof RequestAbortedError)
  if (isJudge && error.retryable !== isReadAsRetryable) {
    headers['x-should-retry'] = String(error.retryable)
  }
  return errorResponse(status, wire, headers)
}
