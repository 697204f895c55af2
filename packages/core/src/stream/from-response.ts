import type { EventOf, EventTypes, NoEventTypes, OwnEvents } from '../events/own-event.ts'
import { checkEventTypes } from '../options/check-event-types.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import type { ByteStream } from '../lifetime/byte-stream.ts'
import { milliseconds } from '../lifetime/check-limit.ts'
import { checkOptions, type Checks, checkSignal, checkThat } from '../lifetime/check-options.ts'
import { EventReader } from './event-reader.ts'
import type { FetchResponse } from '../options/runtime.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { isResponse } from '../http/is-response.ts'
import { streamResponseOf } from '../http/stream-response.ts'
import { openEventStream } from './open-event-stream.ts'
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
  events: checkEventTypes,
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
  const open = async (): Promise<EventReader> => {
    reader ??= new EventReader(body, info, options)
    reader.ownEvents = await ownEventsOf(options)
    return reader
  }
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
  const open: StreamOpener['open'] = async (signal) => {
    try {
      return await opener.open(signal)
    } catch (error) {
      // What reads the program's own events may be missing. The body is then still open.
      opener.discard?.()
      throw error
    }
  }
  return new AnalysisStream({ ...opener, open }, options)
}

/** Loads what reads the events of a program's own types, if there are any. */
async function ownEventsOf({ events }: FromOptions): Promise<OwnEvents | undefined> {
  if (events === undefined) return undefined
  const { OwnEventReader } = await import('./own-event-reader.ts')
  return new OwnEventReader(events)
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
      open: async (signal) => {
        const ownEvents = await ownEventsOf(options)
        return openEventStream(response, { ...options, ownEvents }, signal)
      },
      discard: () => closeBody(response.body),
    },
    options,
  )
}
