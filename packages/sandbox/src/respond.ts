import { bodyStream } from './body-stream.ts'
import { faultHeaders } from './fault-headers.ts'
import type { Fault } from './faults.ts'
import { keepHeaderLines } from './header-lines.ts'
import type { Settings } from './options.ts'
import type { Exchange } from './request-log.ts'
import type { Step } from './stream-steps.ts'

/** An exchange, and everything else that its answers depend on. */
export interface AnswerContext {
  exchange: Exchange
  fault: Fault
  settings: Settings
  /** Headers of every answer: the request's id, CORS, and the remaining limits. */
  headers: Record<string, string>
}

/** Proxies must not buffer, compress or cache an event stream. */
export const eventStreamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

/** Returns a response with the fault's headers. Without `steps`, it has no body. */
export function respond(
  context: AnswerContext,
  status: number,
  own: Record<string, string>,
  steps?: Iterable<Step>,
  heartbeat?: { every: number; bytes: Uint8Array },
): Response {
  const { exchange, fault } = context
  const headers = new Headers({ ...context.headers, ...own })
  for (const [name, value] of faultHeaders(fault)) {
    headers.delete(name)
    for (const line of [value].flat()) headers.append(name, line)
  }
  if (fault.contentType === 'none') headers.delete('content-type')
  // A clean end before the announced length would leave the client waiting for the rest.
  if (fault.cut === 'clean') headers.delete('content-length')
  exchange.record.status = status
  if (steps === undefined) exchange.close('finished')
  const body = steps === undefined ? null : bodyStream(steps, exchange, { fault, heartbeat })
  const response = new Response(body, { status, headers })
  if (fault.headers !== undefined) keepHeaderLines(response, fault.headers)
  return response
}
