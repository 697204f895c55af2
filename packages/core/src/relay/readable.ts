import {
  checkOptions,
  type Checks,
  checkSignal,
  checkText,
  checkThat,
} from '../lifetime/check-options.ts'
import type { StreamEvent } from '../events/stream-event.ts'
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
    'a string of Latin-1, no line breaks',
    /^[\t -~\x80-\xff]*$/,
  ),
}

function isStatusWithBody(status: number): boolean {
  return status >= 200 && status < 600 && ![204, 205, 304].includes(status)
}

/**
 * Passes a stream on as Server-Sent Events, in bytes: its events, then `data: [DONE]`.
 *
 * Pull-based: nothing is read ahead. A read gets in one piece what had come together; text, citations
 * and metadata from VecTrade pass as they came, in the memory in which the source's body gave them.
 * Cancelling the result ends the source at once, a pending read of it included. A failure of the
 * source becomes an error event and then a clean end; what an unexpected exception says is not sent.
 * Uses the stream.
 *
 * @throws ConfigurationError on what is no stream of events, or on a wrong option
 * @throws StreamConsumedError when the stream is used already
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
  stream: AsyncIterable<StreamEvent>,
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
    // Nothing is taken from the source before somebody reads.
    { highWaterMark: 0 },
  )
}

/**
 * {@link toReadableStream} as a response with the headers an event stream needs. It starts at once:
 * a failure to reach VecTrade comes as an error event, with status 200 gone out already.
 *
 * `init` may be another response, such as an upstream's. Its headers about the connection
 * (`connection` and what that names, `keep-alive`, `transfer-encoding`, …) and about its own
 * bytes (`content-length`, `content-encoding`, `etag`, …) are left out. All others are sent,
 * including `set-cookie`.
 *
 * @throws ConfigurationError on what is no stream of events, or on a wrong option
 * @throws StreamConsumedError when the stream is used already
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
  stream: AsyncIterable<StreamEvent>,
  init: ResponseInit & ReadableOptions = {},
): Response {
  checkOptions(init, responseChecks)
  checkOptions<ReadableOptions>(init, readableChecks)
  return relayResponse(stream, eventText, init, { heartbeatFirst: false })
}

/** How an event goes over the wire. */
export const eventText = (event: StreamEvent): string => encodeEvent(toMessage(event))

/**
 * @param encode the text of one item
 * @param heartbeatFirst whether a heartbeat goes out at once, before there is an event
 * @param onEnd called at least once when the source ends or is let go
 */
export function relayResponse<T>(
  source: AsyncIterable<T> | RelaySource<T>,
  encode: (item: T) => string,
  init: ResponseInit & ReadableOptions,
  { heartbeatFirst, onEnd }: { heartbeatFirst: boolean; onEnd?: () => void },
): Response {
  const { heartbeat, signal, ...platformInit } = init
  // By name: a response has these on its prototype, where a spread does not look.
  const { status = 200, statusText = '', headers: given = {} } = init
  const headers = headersForOtherBody(given as HeaderValues)
  for (const [name, value] of Object.entries(eventStreamHeaders)) headers.set(name, value)
  const relay = new Relay(source, encode, { heartbeat, signal }, heartbeatFirst, onEnd)
  return new Response(readable(relay), { ...platformInit, status, statusText, headers })
}

/** Proxies must neither buffer, nor compress, nor keep an event stream. */
const eventStreamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}
