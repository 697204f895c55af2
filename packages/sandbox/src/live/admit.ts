import { takeAllowance } from '../allowance.ts'
import type { Attended } from '../attend.ts'
import { beforeHeaders } from '../before-headers.ts'
import { completeFault } from '../complete-fault.ts'
import { faultAnswer } from '../fault-answer.ts'
import { chooseFault } from '../fault-choice.ts'
import { checkKey } from '../guard.ts'
import type { Settings } from '../options.ts'
import type { Parts } from '../parts.ts'
import { checkMethod } from '../routes.ts'
import type { LiveFault } from './live-fault.ts'
import { liveFaults } from './live-fault-syntax.ts'

/**
 * Refuses a request for live data unless it is a GET with the key, within the limits.
 *
 * @throws Refusal
 */
export function checkCaller(
  parts: Parts,
  { request, headers }: Attended,
  keyHeader: Settings['keyHeader'],
): void {
  checkMethod(request.method, 'GET')
  checkKey(request.headers, { apiKey: parts.settings.apiKey, keyHeader })
  takeAllowance(parts, headers)
}

/** Returns the fault of a new connection. Each path counts its own connections. */
export function faultOf({ live, settings }: Parts, { request }: Attended): LiveFault {
  const { pathname } = new URL(request.url)
  const fault = chooseFault(request.headers, live.settings.faults, liveFaults, {
    number: live.count(pathname),
    countUses: (name) => live.count(`${pathname} ${name}`),
  })
  return completeFault(fault, settings.errorShape)
}

/**
 * Returns the answer that a fault sends instead of live data, if it does.
 *
 * @throws ConnectionCut, or the reason of the request's signal
 */
export async function answerInstead(
  { settings }: Parts,
  { request, exchange, headers }: Attended,
  fault: LiveFault,
): Promise<Response | undefined> {
  await beforeHeaders(fault, request.signal)
  const { pathname, search } = new URL(request.url)
  return faultAnswer({ exchange, fault, settings, headers }, () => pathname + search)
}
