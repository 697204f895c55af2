import type { SimulatedAnalysis } from './analysis.ts'
import { simulatedModel } from './analysis.ts'
import { bodyStream } from './body-stream.ts'
import { errorBody, errorContentType, errorType } from './error-body.ts'
import { faultBody, faultHeaders } from './fault-answer.ts'
import { type Fault, isRedirect } from './faults.ts'
import { keepHeaderLines } from './header-lines.ts'
import type { Settings } from './options.ts'
import type { Refusal } from './refusal.ts'
import type { Exchange } from './request-log.ts'
import { heartbeatBytes, type Pace, type Step, streamSteps } from './stream-steps.ts'
import { spellUsage } from './usage-spelling.ts'

const json = 'application/json; charset=utf-8'

/** One exchange, and what all answers to it share. */
export interface AnswerContext {
  exchange: Exchange
  fault: Fault
  settings: Settings
  /** Sent with every answer: the request's id, CORS, what is left of the limits. */
  headers: Record<string, string>
}

/** The analysis as an event stream, disturbed as the fault says. */
export function streamAnswer(context: AnswerContext, analysis: SimulatedAnalysis): Response {
  const { fault, settings } = context
  const pace = paceOf(fault, settings)
  const steps = streamSteps(analysis, metadataOf(analysis, pace), fault, pace)
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  }
  const heartbeat = { every: fault.heartbeat ?? settings.heartbeat, bytes: heartbeatBytes(fault) }
  return respond(context, fault.status ?? 200, headers, steps, heartbeat)
}

/** The analysis as one JSON, after the time that streaming it would have taken. */
export function jsonAnswer(context: AnswerContext, analysis: SimulatedAnalysis): Response {
  const { fault, settings } = context
  const pace = paceOf(fault, settings)
  const text = JSON.stringify({
    content: analysis.parts.map((part) => (part.type === 'text' ? part.content : '')).join(''),
    citations: analysis.parts
      .filter((part) => part.type === 'citation')
      .map(({ source, url }) => ({ source, url })),
    metadata: metadataOf(analysis, pace),
    usage: spellUsage(analysis.usage, fault.usage),
  })
  const cut = fault.malformedAfterEvents !== undefined
  const bytes = new TextEncoder().encode(cut ? text.slice(0, text.length / 2) : text)
  return respond(context, fault.status ?? 200, sized(json, bytes), [{ type: 'bytes', bytes }])
}

/** How long to wait before the headers of {@link jsonAnswer}, in ms. */
export function jsonDelay(fault: Fault, settings: Settings, analysis: SimulatedAnalysis): number {
  const { tokensPerSecond, timeToFirstToken } = paceOf(fault, settings)
  if (tokensPerSecond === 0) return timeToFirstToken
  return timeToFirstToken + (analysis.usage.completion_tokens * 1000) / tokensPerSecond
}

/** The answer a fault puts in place of the analysis, or `undefined` where it leaves room for one. */
export function faultAnswer(context: AnswerContext, selfUrl: () => string): Response | undefined {
  const { fault, exchange } = context
  const status = fault.status ?? 200
  if (isNullBody(status)) {
    return respond(context, status, { 'content-type': 'text/event-stream; charset=utf-8' })
  }
  if (isRedirect(status)) {
    const location = fault.location ?? 'self'
    const target = location === 'self' || location === 'loop' ? selfUrl() : location
    const headers: Record<string, string> = location === 'none' ? {} : { location: target }
    return respond(context, status, { ...headers, 'content-length': '0' }, [])
  }
  if (fault.body === undefined && status < 300) return undefined
  const { contentType, steps, length } = faultBody(fault, status, exchange.record.id)
  const size: Record<string, string> =
    length === undefined ? {} : { 'content-length': String(length) }
  return respond(context, status, { 'content-type': contentType, ...size }, steps)
}

/** A refusal of the sandbox itself, in the shape that the options name. */
export function refusalAnswer(
  exchange: Exchange,
  headers: Record<string, string>,
  settings: Settings,
  refusal: Refusal,
): Response {
  const { status, message, details } = refusal
  const { type = errorType(status), code, shape = settings.errorShape, retryAfter } = details
  const requestId = exchange.record.id
  const body = errorBody(shape, { status, type, code, message, retryAfter, requestId })
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  const context = { exchange, fault: {}, settings, headers: { ...headers, ...details.headers } }
  const contentType = `${errorContentType(shape)}; charset=utf-8`
  return respond(context, status, sized(contentType, bytes), [{ type: 'bytes', bytes }])
}

/** An answer without a body. */
export function emptyAnswer(context: AnswerContext, status: 204): Response {
  return respond(context, status, {})
}

function respond(
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
  // A length that is not kept would leave the client waiting: that is not a clean end.
  if (fault.cut === 'clean') headers.delete('content-length')
  exchange.record.status = status
  if (steps === undefined) exchange.close('finished')
  const body = steps === undefined ? null : bodyStream(steps, exchange, { fault, heartbeat })
  const response = new Response(body, { status, headers })
  if (fault.headers !== undefined) keepHeaderLines(response, fault.headers)
  return response
}

function sized(contentType: string, bytes: Uint8Array): Record<string, string> {
  return { 'content-type': contentType, 'content-length': String(bytes.byteLength) }
}

function isNullBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

function paceOf(fault: Fault, settings: Settings): Pace {
  return {
    tokensPerSecond: fault.tokensPerSecond ?? settings.tokensPerSecond,
    timeToFirstToken: fault.timeToFirstToken ?? settings.timeToFirstToken,
  }
}

function metadataOf(analysis: SimulatedAnalysis, pace: Pace): Record<string, unknown> {
  return {
    model: simulatedModel,
    simulated: true,
    notice: 'Written by the VecTrade sandbox: no model ran, no market data was read.',
    symbols: analysis.symbols,
    timing: {
      time_to_first_token_ms: pace.timeToFirstToken,
      tokens_per_second: pace.tokensPerSecond,
    },
  }
}
