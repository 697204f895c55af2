import type { Answer } from './answer-event.ts'
import { errorBody, errorContentType, errorType } from './error-body.ts'
import { refusalMessage } from './error-message.ts'
import { jsonSteps } from './json-steps.ts'
import type { Settings } from './options.ts'
import { paceOf } from './pace.ts'
import type { Refusal } from './refusal.ts'
import type { Exchange } from './request-log.ts'
import { type AnswerContext, eventStreamHeaders, respond } from './respond.ts'
import { heartbeatBytes, type Step, streamSteps } from './stream-steps.ts'

const json = 'application/json; charset=utf-8'

/** Returns an answer as an event stream, with the fault applied. */
export function streamAnswer(context: AnswerContext, answer: Answer): Response {
  const { fault, settings } = context
  const steps = streamSteps(answer, fault, paceOf(fault, settings), onFailure(context))
  const heartbeat = { every: fault.heartbeat ?? settings.heartbeat, bytes: heartbeatBytes(fault) }
  return respond(context, fault.status ?? 200, eventStreamHeaders, steps, heartbeat)
}

/** Returns an answer as one JSON object. */
export function jsonAnswer(context: AnswerContext, answer: Answer): Response {
  const { fault, settings } = context
  const status = fault.status ?? 200
  const steps = (): Iterable<Step> => jsonSteps(answer, fault, onFailure(context))
  for (const step of steps()) {
    if (step.type === 'bytes') return respond(context, status, sized(json, step.bytes), [step])
    break
  }
  // JSON may begin with white space, so that is the heartbeat.
  const heartbeat = {
    every: fault.heartbeat ?? settings.heartbeat,
    bytes: new TextEncoder().encode(' '),
  }
  return respond(context, status, { 'content-type': json }, steps(), heartbeat)
}

/** Returns the function that records the failure of an answer, and makes its message. */
function onFailure({ exchange, settings }: AnswerContext) {
  return (failure: Refusal): ReturnType<typeof refusalMessage> => {
    exchange.record.error = failure.message
    return refusalMessage(failure, settings.errorShape)
  }
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
  exchange.record.error = message
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
