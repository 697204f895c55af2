import { jsonAnswer, streamAnswer } from '../answers.ts'
import type { Call, Calls } from '../calls.ts'
import type { AnalysisRequest } from '../request-body.ts'
import type { AnswerContext } from '../respond.ts'
import { sleep } from '../sleep.ts'
import { askModel } from './ask-model.ts'
import type { UpstreamSettings } from './upstream-options.ts'

/** A question to the model. */
interface Question {
  call: Call
  input: AnalysisRequest
  wantsStream: boolean
  /** Aborted when the client leaves before the headers. */
  signal: AbortSignal
}

/**
 * Answers a request with the model.
 *
 * The headers wait for the model, so that a refusal has its own status. A slow model gets only some
 * seconds for that, because clients wait for headers only so long. After that, the answer starts with
 * heartbeats, and a failure comes inside it.
 *
 * @throws Refusal, or the reason of the signal
 */
export async function answerWithModel(
  calls: Calls,
  upstream: UpstreamSettings,
  context: AnswerContext,
  { call, input, wantsStream, signal }: Question,
): Promise<Response> {
  const { exchange, headers } = context
  const { run, replayed } = calls.runModel(call, (stop) => askModel(upstream, input, stop))
  exchange.record.replayed = replayed
  if (replayed) headers['idempotent-replayed'] = 'true'
  void exchange.record.done.then(run.join())

  await sleep(upstream.patience, signal, wantsStream ? run.begun() : run.ended())
  signal.throwIfAborted()
  run.checkFailure({ allowEvents: wantsStream })
  return wantsStream ? streamAnswer(context, run) : jsonAnswer(context, run)
}
