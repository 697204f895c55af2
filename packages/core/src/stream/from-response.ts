import type { EventOf, EventTypes, NoEventTypes } from '../events/own-event.ts'
import { OwnEventReader } from '../events/own-event-reader.ts'
import { checkEvents } from '../options/options.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import { releaseBody } from '../lifetime/body-owner.ts'
import type { ByteStream } from '../lifetime/byte-stream.ts'
import { milliseconds } from '../lifetime/check-limit.ts'
import { clean, type Secrets } from '../errors/clean.ts'
import { errorFromResponse, errorInJson } from '../http/error-from-response.ts'
import { checkOptions, type Checks, checkSignal, checkThat } from '../lifetime/check-options.ts'
import { StreamConsumedError } from '../errors/stream-consumed-error.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import { EventReader, type EventReaderOptions } from './event-reader.ts'
import type { FetchResponse } from '../options/runtime.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { mimeType } from '../errors/mime-type.ts'
import { isResponse } from '../http/is-response.ts'
import { type StreamResponse, streamResponseOf } from '../http/stream-response.ts'
import type { StreamOpener } from './stream-source.ts'
import { checkBody } from '../sse/message-reader.ts'
import { eventBytesLimit } from '../sse/event-limit.ts'
import { AnalysisStream } from './stream.ts'
import { closeBody } from '../http/read-body.ts'

/** How to read a stream that is already open. */
export interface FromOptions<Types extends EventTypes = NoEventTypes> {
  /** Event types of your own, as in the options of a client. Default: none. */
  events?: Types | undefined
  /** Aborting it ends the stream and cancels the body. */
  signal?: Abortable | undefined
  /** ms without an event while one is awaited. Heartbeats do not count. Default 0, which is no limit. */
  idleTimeout?: number
  /** ms without a single byte while one is awaited. Default 0, which is no limit. */
  heartbeatTimeout?: number
  /** Bytes one event may have. Default 64 MiB. */
  maxEventBytes?: number | undefined
}

const fromChecks: Checks<FromOptions> = {
  events: checkEvents,
  signal: checkSignal,
  idleTimeout: /* @__PURE__ */ milliseconds(0),
  heartbeatTimeout: /* @__PURE__ */ milliseconds(0),
  maxEventBytes: eventBytesLimit,
}

const checkResponse = /* @__PURE__ */ checkThat(
  'a WHATWG Response, such as `await fetch(…)`',
  isResponse,
)

/**
 * Reads a body of Server-Sent Events as a stream. {@link toReadableStream} makes such a body, here or in
 * another service.
 *
 * The body is locked at once. If the stream ends before the body does, the body is cancelled. There are no
 * time limits by default.
 *
 * @throws ConfigurationError if there is no body, or an option is wrong
 * @throws StreamConsumedError on the first read, if something else reads the body
 * @example
 * ```ts
 * import { fromReadableStream } from '@vectrade/core'
 *
 * const { body } = new Response('data: {"type":"text","content":"Hi"}\n\ndata: [DONE]\n\n')
 * await fromReadableStream(body!).finalText() // 'Hi'
 * ```
 */
export function fromReadableStream<const Types extends EventTypes = NoEventTypes>(
  body: ByteStream,
  options: FromOptions<Types> = {},
): AnalysisStream<EventOf<NoInfer<Types>>> {
  checkBody('body', body)
  const info = streamResponseOf({ status: 200, headers: new Headers() })
  let reader: EventReader | undefined
  const open = async (): Promise<EventReader> =>
    (reader ??= new EventReader(body, info, readerOptions(options)))
  let isDiscarded = false
  const discard = (): void => {
    isDiscarded = true
    if (reader) reader.close()
    else closeBody(body)
  }
  const stream = fromOpener<Types>({ open, discard }, options)
  // Opening locks the body. The first read reports a failure of it.
  if (!isDiscarded) void markHandled(open())
  return stream
}

/** @throws ConfigurationError if an option is wrong. The body is then not touched. */
function fromOpener<Types extends EventTypes>(
  opener: StreamOpener,
  options: FromOptions,
): AnalysisStream<EventOf<NoInfer<Types>>> {
  checkOptions(options, fromChecks)
  return new AnalysisStream(opener, options)
}

/** @throws ConfigurationError on a wrong type in `events` */
function readerOptions(options: FromOptions): EventReaderOptions {
  const { events } = options
  return { ...options, ownEvents: events && new OwnEventReader(events) }
}

/**
 * Reads a response from VecTrade, or from your own endpoint, as a stream.
 *
 * If the status is an error, or the body is not an event stream, the first read throws the error that the
 * client would throw. There are no time limits by default.
 *
 * @throws ConfigurationError if `response` is not a Response, or an option is wrong
 * @example
 * ```ts
 * import { fromResponse } from '@vectrade/core'
 *
 * const response = Response.json({ error: { type: 'not_found', message: 'No' } }, { status: 404 })
 * await fromResponse(response)
 *   .finalText()
 *   .catch((error) => error.name) // 'NotFoundError'
 * ```
 */
export function fromResponse<const Types extends EventTypes = NoEventTypes>(
  response: FetchResponse,
  options: FromOptions<Types> = {},
): AnalysisStream<EventOf<NoInfer<Types>>> {
  checkResponse('response', response)
  return fromOpener<Types>(
    {
      open: async (signal) => openEventStream(response, readerOptions(options), signal),
      discard: () => closeBody(response.body),
    },
    options,
  )
}

/** Returns a reader of a response's events. @throws the error of the response, after closing its body */
export async function openEventStream(
  response: FetchResponse,
  options: EventReaderOptions,
  signal?: Abortable,
): Promise<EventReader> {
  const { body, info } = await bodyOfEvents(response, options.secrets, signal)
  return new EventReader(body, info, options)
}

/** Returns the body of an event stream. @throws the error of the response, after closing its body */
export async function bodyOfEvents(
  response: FetchResponse,
  secrets: Secrets,
  signal?: Abortable,
): Promise<{ body: ByteStream; info: StreamResponse }> {
  const info = streamResponseOf(response, secrets)
  if (response.bodyUsed || response.body?.locked) {
    if (response.body) releaseBody(response.body, false)
    throw new StreamConsumedError('The body of this response is already used')
  }
  if (response.status >= 400) throw await errorFromResponse(response, { secrets }, signal)
  const problem = protocolProblem(response, secrets)
  if (problem !== undefined && response.status < 300) {
    const error = await errorInJson(response, secrets, signal)
    if (error !== undefined) throw error
  }
  // In React Native, `body` is undefined.
  if (problem !== undefined || !response.body) {
    closeBody(response.body)
    throw new StreamProtocolError(problem ?? noBody, { requestId: info.requestId })
  }
  return { body: response.body, info }
}

const eventStream = 'text/event-stream'

const noBody =
  'The response has no body to stream. If fetch cannot stream, as in React Native, ' +
  'pass one that can in the option `fetch`, such as expo/fetch'

function protocolProblem(response: FetchResponse, secrets: Secrets): string | undefined {
  if (response.status !== 200) return `Expected status 200, got ${response.status}`
  const contentType = response.headers.get('content-type') ?? ''
  if (mimeType(contentType) === eventStream) return undefined
  return `Expected content type ${eventStream}, got ${clean(contentType, secrets, 100) || 'none'}. Is \`baseURL\` VecTrade's API, or \`endpoint\` one of yours?`
}
