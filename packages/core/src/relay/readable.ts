import {
  checkOptions,
  type Checks,
  checkSignal,
  checkText,
  checkThat,
} from '../lifetime/check-options.ts'
import type { OtherEvent, StreamEvent } from '../events/stream-event.ts'
import { toMessage } from '../events/wire.ts'
import { headersForOtherBody, type HeaderValues } from '../options/headers.ts'
import { encodeEvent } from '../sse/encode.ts'
import { heartbeatLimit } from './heartbeat.ts'
import { type ReadableOptions, Relay } from './relay.ts'
import type { RelaySource } from './relay-source.ts'

const readableChecks: Checks<ReadableOptions> = { heartbeat: heartbeatLimit, signal: checkSignal }

/** Headers are checked where they are read. */
const responseChecks: Checks<{ status?: unknown; statusText?: unknown }> = {
  status: /* @__PURE__ */ checkThat(
    'the status of a response with a body, such as 200',
    (value) => Number.isInteger(value) && isStatusWithBody(value as number),
  ),
  statusText: /* @__PURE__ */ checkText(
    'a string of Latin-1 without line breaks',
    /^[\t -~\x80-\xff]*$/,
  ),
}

function isStatusWithBody(status: number): boolean {
  return status >= 200 && status < 600 && ![204, 205, 304].includes(status)
}

/**
 * Returns a stream of bytes with the events as Server-Sent Events, then `data: [DONE]`. Uses the stream.
 *
 * Nothing is read ahead. Events that have arrived together are sent in one chunk. Text, citations and metadata
 * from VecTrade pass through unchanged, in the same memory in which they arrived. Cancelling the result ends
 * the source at once, even during a read. If the source fails, the result ends with an error event. The
 * message of an unexpected exception is not sent.
 *
 * @throws ConfigurationError if `stream` is not an async iterable, or an option is wrong
 * @throws StreamConsumedError if the stream is already used
 * @example
 * ```ts
 * import { toReadableStream } from '@vectrade/core'
 *
 * async function* events() {
 *   yield { type: 'text' as const, content: 'Hello' }
 * }
 * const text = await new Response(toReadableStream(events())).text()
 * // 'data: {"type":"text","content":"Hello"}\n\ndata: [DONE]\n\n'
 * ```
 */
export function toReadableStream(
  stream: AsyncIterable<StreamEvent | OtherEvent>,
  options: ReadableOptions = {},
): ReadableStream<Uint8Array> {
  checkOptions(options, readableChecks)
  return readable(new Relay(stream, eventText, options, false))
}

function readable<T>(relay: Relay<T>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => relay.pull(controller),
      cancel: () => relay.cancel(),
    },
    // Take nothing from the source before the first read.
    { highWaterMark: 0 },
  )
}

/**
 * Returns a response with the bytes of {@link toReadableStream} and the headers of an event stream. Uses the
 * stream.
 *
 * The response starts at once. A failure to reach VecTrade comes later, as an error event, after the status
 * 200.
 *
 * `init` can be another response, for example from an upstream server. Its headers about the connection
 * (`connection` and the headers that it names, `keep-alive`, `transfer-encoding`, …) and about its own bytes
 * (`content-length`, `content-encoding`, `etag`, …) are not sent. All others are, including `set-cookie`.
 *
 * @throws ConfigurationError if `stream` is not an async iterable, or an option is wrong
 * @throws StreamConsumedError if the stream is already used
 * @example
 * ```ts
 * import { toResponse } from '@vectrade/core'
 *
 * async function* events() {
 *   yield { type: 'text' as const, content: 'Hello' }
 * }
 * toResponse(events()).headers.get('content-type') // 'text/event-stream; charset=utf-8'
 * ```
 */
export function toResponse(
  stream: AsyncIterable<StreamEvent | OtherEvent>,
  init: ResponseInit & ReadableOptions = {},
): Response {
  checkOptions(init, responseChecks)
  checkOptions<ReadableOptions>(init, readableChecks)
  return relayResponse(stream, eventText, init, { heartbeatFirst: false })
}

/** Returns an event as the text that is sent. */
const eventText = (event: StreamEvent | OtherEvent): string => encodeEvent(toMessage(event))

/**
 * Returns a response that relays a source.
 *
 * @param encode returns the text of one item
 * @param heartbeatFirst whether to send a heartbeat at once, before the first event
 * @param onEnd called when the relay ends, perhaps more than once. One call has the error of a source that has failed
 */
export function relayResponse<T>(
  source: AsyncIterable<T> | RelaySource<T>,
  encode: (item: T) => string,
  init: ResponseInit & ReadableOptions,
  { heartbeatFirst, onEnd }: { heartbeatFirst: boolean; onEnd?: (error?: unknown) => void },
): Response {
  const { heartbeat, signal, ...platformInit } = init
  // Read these by name. A response has them on its prototype, and a spread does not copy them.
  const { status = 200, statusText = '', headers: given = {} } = init
  const headers = headersForOtherBody(given as HeaderValues)
  for (const [name, value] of Object.entries(eventStreamHeaders)) headers.set(name, value)
  const relay = new Relay(source, encode, { heartbeat, signal }, heartbeatFirst, onEnd)
  return new Response(readable(relay), { ...platformInit, status, statusText, headers })
}

/** Proxies must not buffer, compress or cache an event stream. */
export const eventStreamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}
