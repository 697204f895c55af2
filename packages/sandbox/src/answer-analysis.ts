import { jsonAnswer, streamAnswer } from './answers.ts'
import { takeAllowance } from './allowance.ts'
import type { Attended } from './attend.ts'
import { beforeHeaders, pause } from './before-headers.ts'
import { completeFault } from './complete-fault.ts'
import { faultAnswer } from './fault-answer.ts'
import { chooseFault } from './fault-choice.ts'
import { analysisFaults } from './fault-rules.ts'
import { withoutRedirect } from './faults.ts'
import { checkKey } from './guard.ts'
import { paceOf } from './pace.ts'
import type { Parts } from './parts.ts'
import { Refusal } from './refusal.ts'
import { type AnalysisRequest, parseBody } from './request-body.ts'
import { checkMethod } from './routes.ts'
import { jsonDelay, simulatedAnswer } from './simulated-answer.ts'
import { answerWithModel } from './upstream/answer-with-model.ts'

const redirectMark = 'sandbox-redirect'

/**
 * Answers a request for an analysis.
 *
 * @param text the body, or undefined if it is too long
 */
export async function answerAnalysis(
  parts: Parts,
  { request, exchange, headers }: Attended,
  text: string | undefined,
): Promise<Response> {
  const { settings, calls, redirected } = parts
  const { record } = exchange
  const { pathname, searchParams } = new URL(request.url)
  // After a 301, 302 or 303, clients send a GET without a body. Use the body of their POST.
  const mark = searchParams.get(redirectMark)
  const remembered = mark === null ? undefined : redirected.get(mark)
  if (request.method !== 'GET' || remembered === undefined) checkMethod(request.method, 'POST')
  checkKey(request.headers, settings)
  takeAllowance(parts, headers)
  if (text === undefined) {
    throw new Refusal(413, `The body must have at most ${settings.maxBodyBytes} bytes`)
  }
  const bodyText = request.method === 'GET' ? (remembered ?? '') : text
  const body = parseBody(bodyText, settings.maxPromptLength)

  const isFollowUp = remembered !== undefined
  const call = calls.attempt(request.headers.get('idempotency-key'), body, isFollowUp)
  if (call.id !== undefined) record.attempt = call.attempts
  const chosen = chooseFault(request.headers, settings.faults, analysisFaults, {
    number: call.attempts,
    // Without an `Idempotency-Key`, the attempts of a call are unknown.
    countUses: (fault) =>
      call.id === undefined ? calls.countFault(fault, isFollowUp) : call.attempts,
  })
  const due = isFollowUp && chosen.location !== 'loop' ? withoutRedirect(chosen) : chosen
  const fault = completeFault({ usage: settings.usage, ...due }, settings.errorShape)
  await beforeHeaders(fault, request.signal)

  const context = { exchange, fault, settings, headers }
  const instead = faultAnswer(context, () => {
    const id = crypto.randomUUID()
    redirected.set(id, bodyText)
    return `${pathname}?${redirectMark}=${id}`
  })
  if (instead !== undefined) return instead

  const isStream = wantsStream(body, request.headers)
  if (settings.upstream !== undefined) {
    const question = { call, input: body, wantsStream: isStream, signal: request.signal }
    return answerWithModel(calls, settings.upstream, context, question)
  }
  record.replayed = call.analysis !== undefined
  if (record.replayed) headers['idempotent-replayed'] = 'true'
  const analysis = calls.analyze(call, body)
  const pace = paceOf(fault, settings)
  const answer = simulatedAnswer(analysis, pace)
  if (isStream) return streamAnswer(context, answer)
  await pause(jsonDelay(analysis, pace), request.signal)
  return jsonAnswer(context, answer)
}

function wantsStream(body: AnalysisRequest, headers: Headers): boolean {
  return body.stream ?? (headers.get('accept') ?? '').includes('text/event-stream')
}
