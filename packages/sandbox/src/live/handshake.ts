import type { Attended } from '../attend.ts'
import { checkSource } from '../guard.ts'
import type { Parts } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import type { Exchange } from '../request-log.ts'
import { routeOf } from '../routes.ts'
import { answerInstead, checkCaller, faultOf } from './admit.ts'
import type { LiveChannel } from './live-event.ts'
import type { LiveFault } from './live-fault.ts'

/** A handshake that may open a WebSocket. */
export interface Accepted {
  channel: LiveChannel
  fault: LiveFault
  exchange: Exchange
}

/**
 * Decides about the handshake of a WebSocket. Returns a response if it is refused.
 *
 * @throws Refusal, ConnectionCut, or the reason of the request's signal
 */
export async function answerHandshake(
  parts: Parts,
  attended: Attended,
): Promise<Response | Accepted> {
  const { settings, live } = parts
  const { request, connection, exchange } = attended
  checkSource(request, settings, connection.localPort)
  const { pathname } = new URL(request.url)
  const route = routeOf(pathname, settings.basePaths)
  if (route.type !== 'socket') throw new Refusal(400, 'There is no WebSocket at this path')
  // VecTrade documents only this header for handshakes.
  checkCaller(parts, attended, 'bearer')
  const fault = faultOf(parts, attended)
  live.refusedWith.set(pathname, fault)
  const instead = await answerInstead(parts, attended, fault)
  if (instead !== undefined) return instead
  live.refusedWith.set(pathname, undefined)
  return { channel: route.channel, fault, exchange }
}

/**
 * Answers a request for a WebSocket that is no handshake. A WebSocket hides why its handshake was
 * refused, so clients ask again in this way. The answer is the same as that of the handshake.
 *
 * @throws Refusal, ConnectionCut, or the reason of the request's signal
 */
export async function answerSocketQuestion(parts: Parts, attended: Attended): Promise<Response> {
  checkCaller(parts, attended, 'bearer')
  const { pathname } = new URL(attended.request.url)
  const fault = parts.live.refusedWith.get(pathname)
  const answer = fault && (await answerInstead(parts, attended, fault))
  if (answer !== undefined) return answer
  throw new Refusal(
    426,
    'Open a WebSocket at this URL. Only `startSandbox` and the command serve WebSockets',
    {
      headers: { upgrade: 'websocket' },
    },
  )
}
