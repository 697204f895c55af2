import { isQuotaCode } from './error-codes.ts'
import type { Fault } from './faults.ts'
import type { HeaderLines } from './header-lines.ts'

/** Yields the response headers that a fault sets, for any answer. */
export function* faultHeaders(fault: Fault): Generator<[name: string, value: HeaderLines]> {
  if (fault.retryAfterDate !== undefined) {
    const date = new Date(Date.now() + fault.retryAfterDate * 1000)
    yield ['retry-after', date.toUTCString()]
  }
  if (fault.retryAfter !== undefined) yield ['retry-after', String(fault.retryAfter)]
  if (fault.retryAfterMs !== undefined) yield ['retry-after-ms', String(fault.retryAfterMs)]
  if (fault.shouldRetry !== undefined) yield ['x-should-retry', String(fault.shouldRetry)]
  if (fault.status === 403 || fault.status === 429) {
    const isQuota = isQuotaCode(fault.errorCode ?? fault.errorType)
    if (isQuota) yield ['x-vq-quota-remaining', '0']
    else if (fault.status === 429) yield ['x-vq-ratelimit-remaining', '0']
  }
  if (fault.contentType !== undefined) yield ['content-type', fault.contentType]
  yield* Object.entries(fault.headers ?? {})
}
