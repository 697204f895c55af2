import type { Abortable } from '../abort-scope.ts'
import { isRecord } from '../events.ts'
import { readBody } from '../web/read-body.ts'
import { readResponse } from '../response.ts'
import { retryAfterSeconds } from '../retry.ts'
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
import type { FetchResponse } from '../fetch.ts'
import { redact } from './redact.ts'

/** Where an error payload came from. */
export interface ErrorContext {
  /** The response's status; undefined for an error that came inside a stream. */
  status?: number | undefined
  headers?: Headers | undefined
  requestId?: string | undefined
  /** The key, in case the server quotes it: taken out of all it says. */
  secret?: string | undefined
}

type APIErrorClass = new (fields: APIErrorFields) => APIError

/** The table of the protocol: which class, which `type` where the body names none. */
const byStatus = new Map<number, [APIErrorClass, type: string]>([
  [400, [ValidationError, 'invalid_request_error']],
  [401, [AuthenticationError, 'authentication_error']],
  [402, [PaymentRequiredError, 'payment_required']],
  [403, [AuthenticationError, 'permission_error']],
  [404, [NotFoundError, 'not_found']],
  [408, [APIError, 'request_timeout']],
  [409, [APIError, 'conflict']],
  [422, [ValidationError, 'validation_error']],
  [429, [RateLimitError, 'rate_limit_error']],
  [500, [ServerError, 'server_error']],
  [502, [ServiceUnavailableError, 'bad_gateway']],
  [503, [ServiceUnavailableError, 'service_unavailable']],
  [504, [ServiceUnavailableError, 'service_unavailable']],
])

const byType = /* @__PURE__ */ classesByType()

function classesByType(): Map<string, APIErrorClass> {
  const classes = new Map<string, APIErrorClass>([['quota_exceeded', QuotaExceededError]])
  for (const [errorClass, type] of byStatus.values()) classes.set(type, errorClass)
  return classes
}

/** Error pages can be long and never end: this much of one is read, for at most this long. */
const bodyLimits = { maxBytes: 64 * 1024, silence: 0, deadline: 2_000 }

/**
 * The error of a response that is not a success. Reads a bounded part of its body and closes it.
 *
 * @param signal aborted, it ends the reading
 */
export async function errorFromResponse(
  response: FetchResponse,
  secret?: string,
  signal?: Abortable,
): Promise<APIError> {
  const { status, headers, requestId } = readResponse(response, secret)
  const text = await readBody(response.body, bodyLimits, signal).then(
    (body) => body.text,
    () => '',
  )
  return apiError(parseJson(text), { status, headers, requestId, secret })
}

/** The error of an error payload, in any of the protocol's shapes or none of them. */
export function apiError(payload: unknown, context: ErrorContext): APIError {
  const said = readPayload(payload, context.secret)
  const { headers } = context
  const status = context.status ?? said.status
  const type = said.type ?? defaultType(status)
  const retryAfter = (headers && retryAfterSeconds(headers)) ?? said.retryAfter
  const message = said.message?.slice(0, 2_000) ?? defaultMessage(context.status)
  const ErrorClass = classFor(status, type)
  return new ErrorClass({
    message,
    type,
    retryable: isRetryable(ErrorClass, status, headers),
    requestId: said.requestId ?? context.requestId,
    status: context.status,
    errorCode: said.errorCode,
    details: said.details,
    docsUrl: said.docsUrl,
    headers,
    retryAfter,
  })
}

/** JSON if it is JSON, else undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function classFor(status: number | undefined, type: string): APIErrorClass {
  const named = byType.get(type)
  const usual = status === undefined ? undefined : byStatus.get(status)?.[0]
  if (named === QuotaExceededError && (status === undefined || status === 403 || status === 429)) {
    return QuotaExceededError
  }
  return usual ?? named ?? (status !== undefined && status >= 500 ? ServerError : APIError)
}

/** Whether an error of this type, without a status, is read as one of the same class. */
export function leadsTo(type: string, error: APIError): boolean {
  // By the class's name: the error may come from another copy of this package.
  const { errorClass } = error.constructor as typeof APIError
  return (classFor(undefined, type) as typeof APIError).errorClass === errorClass
}

function isRetryable(
  errorClass: APIErrorClass,
  status: number | undefined,
  headers: Headers | undefined,
): boolean {
  const said = status === undefined ? undefined : headers?.get('x-should-retry')?.toLowerCase()
  if (said === 'true') return true
  if (said === 'false' || errorClass === QuotaExceededError) return false
  return (
    status === 408 ||
    status === 409 ||
    errorClass === RateLimitError ||
    errorClass === ServerError ||
    errorClass === ServiceUnavailableError
  )
}

function defaultType(status: number | undefined): string {
  return (status !== undefined && byStatus.get(status)?.[1]) || 'unknown_error'
}

function defaultMessage(status: number | undefined): string {
  return status === undefined
    ? 'The stream reported an error and did not say which'
    : `The server answered with status ${status} and did not say why`
}

interface Said {
  type?: string | undefined
  message?: string | undefined
  errorCode?: string | undefined
  details?: unknown
  docsUrl?: string | undefined
  retryAfter?: number | undefined
  requestId?: string | undefined
  status?: number | undefined
}

/** Reads the fields of all shapes by name: no two shapes use one name for different things. */
function readPayload(payload: unknown, secret: string | undefined): Said {
  if (!isRecord(payload)) return {}
  const error = isRecord(payload['error']) ? payload['error'] : payload
  const string = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? redact(value, secret) : undefined
  const errorCode = string(error['error_code'])
  const title = string(error['title'])
  return {
    // Where `type` only marks an error event, the title of RFC 9457 may have the name.
    type: typeName(string(error['type'])) ?? typeName(errorCode) ?? knownName(title),
    message:
      string(error['message']) ?? string(error['detail']) ?? title ?? string(payload['error']),
    errorCode,
    details: error['details'],
    docsUrl: string(error['docs_url']),
    retryAfter: seconds(error['retry_after']),
    requestId: string(payload['request_id']) ?? string(error['request_id']),
    status: typeof error['status'] === 'number' ? error['status'] : undefined,
  }
}

/** An RFC 9457 type is a URI: the API's own name is its last segment. `error` only marks the event. */
function typeName(name: string | undefined): string | undefined {
  if (name === undefined || name === 'error' || name === 'about:blank') return undefined
  const last = name.replace(/[/#]+$/, '').replace(/^.*[/#]/, '')
  return knownName(last.toLowerCase().replaceAll('-', '_')) ?? name
}

function knownName(name: string | undefined): string | undefined {
  return name !== undefined && byType.has(name) ? name : undefined
}

function seconds(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined
}
