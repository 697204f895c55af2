import type { EventTypes, NoEventTypes } from '../events/own-event.ts'
import type { OtherEvent, StreamEvent } from '../events/stream-event.ts'
import { whenAborted } from '../lifetime/abort-source.ts'
import { checkOptions } from '../lifetime/check-options.ts'
import { within } from '../lifetime/timers.ts'
import { encodeEvent } from '../sse/encode.ts'
import { streamIdOf } from '../store/stream-id.ts'
import { messageOf } from '../relay/message-of.ts'
import { relayResponse } from '../relay/readable.ts'
import { readAnalysisRequest } from './read-analysis-request.ts'
import { type Answerer, answererOf } from './answerer.ts'
import { askToAuthorize } from './authorization.ts'
import { runCallback } from './callback-error.ts'
import { type HandlerContext, handlerChecks, type HandlerOptions } from './handler-options.ts'
import { invalidRequest, Refusal } from './refusal.ts'
import { ownerOf, reportFault, respond } from './respond.ts'
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
 * The endpoint takes a `POST` with `{ prompt, symbols? }` as JSON and answers with an event stream. It passes on
 * only these two fields, and it does not show this server's own failures to callers. If the caller leaves, the request
 * to VecTrade ends, or the `source` is told to end. Pages of other origins are refused unless `cors` allows
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
export function createHandler<const Types extends EventTypes = NoEventTypes>(
  options: HandlerOptions<Types>,
): Handler
export function createHandler(options: HandlerOptions<EventTypes>): Handler {
  checkOptions(options, handlerChecks)
  const endpoint = new Endpoint(options)
  return (request, ...contexts) => endpoint.handle(request, contexts)
}

/** Turns requests into responses. The methods are in the order in which a request reaches them. */
class Endpoint {
  readonly #options: HandlerOptions<EventTypes>
  readonly #answer: Answerer
  readonly #running: RunningStreams
  readonly #streams: StoredStreams | undefined
  /** The methods that the endpoint serves. */
  readonly #methods: string

  constructor(options: HandlerOptions<EventTypes>) {
    this.#options = options
    this.#answer = answererOf(options)
    this.#running = new RunningStreams(options.maxStreamsPerOwner)
    this.#streams = options.store && new StoredStreams(options.store, options)
    this.#methods = this.#streams ? 'POST, GET, DELETE' : 'POST'
  }

  /** Responds to any request. A failure becomes an error response. */
  handle(request: Request, contexts: (HandlerContext | undefined)[]): Promise<Response> {
    return respond(request, this.#options, this.#methods, (allow) =>
      this.#route(request, contextOf(contexts), allow),
    )
  }

  /** Lets the request pass or refuses it, then responds with a stored stream or a new answer. */
  async #route(request: Request, context: HandlerContext, allow: string): Promise<Response> {
    const { authorize } = this.#options
    const streams = this.#streams
    const isOfStream = request.method === 'GET' || request.method === 'DELETE'
    const streamId = streams && isOfStream ? streamIdOf(request.url) : undefined
    if (request.method !== 'POST' && streamId === undefined) {
      throw new Refusal(405, 'Use POST', { allow }, invalidRequest())
    }
    const ownResponse = await runCallback(() => askToAuthorize(request, authorize))
    if (ownResponse !== undefined) return ownResponse

    const owner = await ownerOf(request, this.#options)
    if (streams && streamId !== undefined) {
      return request.method === 'DELETE'
        ? streams.stop(streamId, owner)
        : streams.get(request, streamId, owner)
    }
    return this.#ask(request, owner, context)
  }

  /** Asks VecTrade, or the source, and responds with the answer. */
  async #ask(request: Request, owner: string, context: HandlerContext): Promise<Response> {
    const { heartbeat, maxPromptLength = handlerChecks.maxPromptLength.default } = this.#options
    const analysisRequest = await readAnalysisRequest(request, maxPromptLength)
    const leave = this.#running.enter(owner)
    const onEnd = (error?: unknown): void => {
      leave()
      if (error !== undefined) reportFault(error, this.#options)
    }
    let stored: StoredAnswer | undefined
    try {
      stored = await this.#streams?.begin(request, owner, context)
      const signal = stored?.signal ?? request.signal
      const stream = this.#answer(analysisRequest, request, signal)
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
        whenAborted(request.signal, leave)
        response = relayResponse(stream, textOf, { heartbeat }, { heartbeatFirst, onEnd })
      }
      // VecTrade's support asks for this id.
      if (reply?.requestId !== undefined) response.headers.set('x-request-id', reply.requestId)
      return response
    } catch (error) {
      stored?.abandon()
      leave()
      throw error
    }
  }
}

const textOf = (event: StreamEvent | OtherEvent): string => encodeEvent(messageOf(event))

function contextOf(contexts: (HandlerContext | undefined)[]): HandlerContext {
  return contexts.find((context) => typeof context?.waitUntil === 'function') ?? {}
}
