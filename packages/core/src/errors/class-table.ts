import { singleHeader } from './single-header.ts'
import {
  APIError,
  type APIErrorFields,
  AuthenticationError,
  NotFoundError,
  PaymentRequiredError,
  QuotaExceededError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
  ValidationError,
} from './api-error.ts'

export type APIErrorClass = new (fields: APIErrorFields) => APIError

/** The table of the protocol: the class of a status, and its `type` where the body names none. */
const byStatus = new Map<number, [APIErrorClass, type: string]>([
  [422, [ValidationError, 'validation_error']],
  [400, [ValidationError, 'invalid_request_error']],
  [401, [AuthenticationError, 'authentication_error']],
  [402, [PaymentRequiredError, 'payment_required']],
  [403, [AuthenticationError, 'permission_error']],
  [404, [NotFoundError, 'not_found']],
  [408, [APIError, 'request_timeout']],
  [409, [APIError, 'conflict']],
  [429, [RateLimitError, 'rate_limit_error']],
  [500, [ServerError, 'server_error']],
  [503, [ServiceUnavailableError, 'service_unavailable']],
  [502, [ServiceUnavailableError, 'bad_gateway']],
  [504, [ServiceUnavailableError, 'service_unavailable']],
])

/** The gateway's codes, which take precedence over the status. */
const byCode = new Map<string, APIErrorClass>([
  ['invalid_api_key', AuthenticationError],
  ['missing_api_key', AuthenticationError],
  ['scope_denied', AuthenticationError],
  ['ai_access_denied', PaymentRequiredError],
  ['token_quota_exceeded', QuotaExceededError],
  ['ai_daily_limit_exceeded', QuotaExceededError],
  ['quota_exceeded', QuotaExceededError],
])

const byType = /* @__PURE__ */ classesByType()

function classesByType(): Map<string, APIErrorClass> {
  const classes = new Map(byCode)
  for (const [errorClass, type] of byStatus.values()) classes.set(type, errorClass)
  return classes
}

/** Whether the protocol has this `type` or code. */
export function isKnownName(name: string): boolean {
  return byType.has(name)
}

/** Whether a name is one of the gateway's codes. */
export function isGatewayCode(name: string): boolean {
  return byCode.has(name)
}

/** The class of an error: its code decides, then its status, then its `type`. */
export function classFor(status: number | undefined, ...names: string[]): APIErrorClass {
  for (const name of names) {
    const decided = byCode.get(name)
    if (decided !== undefined) return decided
  }
  const usual = status === undefined ? undefined : byStatus.get(status)?.[0]
  const named = names.map((name) => byType.get(name)).find((found) => found !== undefined)
  return usual ?? named ?? (status !== undefined && status >= 500 ? ServerError : APIError)
}

/** Whether a client that gets this `type` makes an error of the same class of it. */
export function isReadAs(status: number | undefined, type: string, error: APIError): boolean {
  return isOfClass(error, classFor(status, type))
}

/**
 * The status for an error that came without one, so that its reader finds the same class. An
 * error of no known kind gets 424 (Failed Dependency), which has no class of its own.
 */
export function statusFor(error: APIError): number {
  // A quota has no status of its own: the protocol has 403 and 429.
  if (isOfClass(error, QuotaExceededError)) return 429
  if (isOfClass(error, APIError)) return 424
  const rows = [...byStatus].filter(([, [errorClass]]) => isOfClass(error, errorClass))
  const [status = 500] = rows.find(([, [, type]]) => type === error.type) ?? rows[0] ?? []
  return status
}

export function defaultType(status: number | undefined): string {
  return (status !== undefined && byStatus.get(status)?.[1]) || 'unknown_error'
}

/** Whether the same request may succeed later. A used-up quota never does, whatever a header says. */
export function isRetryable(
  errorClass: APIErrorClass,
  status: number | undefined,
  headers: Headers | undefined,
): boolean {
  if (errorClass === QuotaExceededError) return false
  const said =
    status === undefined ? undefined : singleHeader(headers, 'x-should-retry', ',')?.toLowerCase()
  if (said === 'true') return true
  if (said === 'false') return false
  return (
    (errorClass === APIError && (status === 408 || status === 409)) ||
    errorClass === RateLimitError ||
    errorClass === ServerError ||
    errorClass === ServiceUnavailableError
  )
}

/** By the name of the class: the error may come from another copy of this package. */
function isOfClass(error: APIError, errorClass: APIErrorClass): boolean {
  const { errorClass: name } = error.constructor as typeof APIError
  return name === (errorClass as typeof APIError).errorClass
}
