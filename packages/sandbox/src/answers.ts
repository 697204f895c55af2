import type { SimulatedAnalysis } from './analysis.ts'
import { simulatedModel } from './analysis.ts'
import { errorBody, errorContentType, errorType } from './error-body.ts'
import type { Fault } from './faults.ts'
import type { Settings } from './options.ts'
import type { Refusal } from './refusal.ts'
import type { Exchange } from './request-log.ts'
import { type AnswerContext, respond } from './respond.ts'
import { heartbeatBytes, type Pace, streamSteps } from './stream-steps.ts'
import { spellUsage } from './usage-spelling.ts'

const json = 'application/json; charset=utf-8'

/** Returns the analysis as an event stream, with the fault applied. */
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

/** Returns the analysis as one JSON object. */
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

/** Returns the ms to wait before {@link jsonAnswer}. Streaming the analysis would take as long. */
export function jsonDelay(fault: Fault, settings: Settings, analysis: SimulatedAnalysis): number {
  const { tokensPerSecond, timeToFirstToken } = paceOf(fault, settings)
  if (tokensPerSecond === 0) return timeToFirstToken
  return timeToFirstToken + (analysis.usage.completion_tokens * 1000) / tokensPerSecond
}

/** Returns an error of the sandbox itself, in the shape that the options name. */
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

/** Returns an answer without a body. */
export function emptyAnswer(context: AnswerContext, status: 204): Response {
  return respond(context, status, {})
}

function sized(contentType: string, bytes: Uint8Array): Record<string, string> {
  return { 'content-type': contentType, 'content-length': String(bytes.byteLength) }
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
