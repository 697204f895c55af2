import { faultBody } from './fault-body.ts'
import { isRedirect } from './faults.ts'
import { type AnswerContext, respond } from './respond.ts'

/**
 * Returns the answer that a fault sends instead of the analysis, or `undefined` if it sends the
 * analysis. `selfUrl` returns the URL at which this sandbox answers a redirect.
 */
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

function isNullBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}
