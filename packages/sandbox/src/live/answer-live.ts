import type { Attended } from '../attend.ts'
import type { Parts } from '../parts.ts'
import { eventStreamHeaders, respond } from '../respond.ts'
import { answerInstead, checkCaller, faultOf } from './admit.ts'
import { parseLiveRequest } from './live-request.ts'
import { liveActions } from './live-actions.ts'
import type { ResumePoint } from './live-reader.ts'
import { liveSteps } from './live-steps.ts'

/**
 * Answers a request for live data with an endless event stream.
 *
 * @throws Refusal if the key or the query is not valid
 */
export async function answerLive(parts: Parts, attended: Attended): Promise<Response> {
  const { settings, live } = parts
  const { request, exchange, headers } = attended
  checkCaller(parts, attended, settings.keyHeader)
  const { added, ...subscription } = parseLiveRequest(new URL(request.url).searchParams)
  const fault = faultOf(parts, attended)
  const instead = await answerInstead(parts, attended, fault)
  if (instead !== undefined) return instead

  const lastEventId = request.headers.get('last-event-id') ?? ''
  const replay = fault.staleCursor ? -1 : live.settings.replay
  const resume: ResumePoint | undefined =
    lastEventId === '' ? undefined : { lastEventId, added, replay }
  const actions = liveActions(live.read(subscription, resume), fault, settings.heartbeat)
  const context = { exchange, fault, settings, headers }
  return respond(context, fault.status ?? 200, eventStreamHeaders, liveSteps(actions, fault.retry))
}
