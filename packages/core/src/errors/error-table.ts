import {
  APIError,
  AuthenticationError,
  NotFoundError,
  PaymentRequiredError,
  QuotaExceededError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
  ValidationError,
} from './api-error.ts'
import type { APIErrorCode, LocalErrorCode } from './error-code.ts'

/** How VecTrade reports an error: the class here, the HTTP status, the `type`, and whether a retry can help. */
export type StatusRow = readonly [
  Class: typeof APIError,
  status: number,
  type: string,
  retryable: boolean,
]

/** A code of the gateway. It decides the class, whatever the HTTP status is. */
type CodeRow = readonly [Class: typeof APIError, status: typeof anyStatus, code: string]

type APIErrorRow = StatusRow | CodeRow

/** How our endpoints report an error of their own: by a general message, an HTTP status and a `type` of the API. */
export type LocalErrorRow = readonly [message: string, status: number, type: string]

type ErrorTable = Readonly<
  Record<APIErrorCode, readonly [StatusRow, ...APIErrorRow[]]> &
    Record<LocalErrorCode, LocalErrorRow>
>

/** Stands for the status in a row for a code of the gateway. */
export const anyStatus = null

/** How our endpoints report an exception that they did not expect. */
export const unexpected: LocalErrorRow = ['The analysis failed', 500, 'server_error']

/**
 * All errors by their `code`, and how each is reported on the wire.
 *
 * This table decides how an error is read, how it is sent on, and which HTTP status it gets. The first row of a class
 * has the status and the `type` that our endpoints send if the error has none of its own. If several rows have the same
 * status, the first of them decides the class of an error with that status.
 */
export const errorTable: ErrorTable = {
  // The fallback for errors that match no other row. Our endpoints send it as 424 (Failed Dependency). A reader never
  // looks for its status or its type.
  api_error: [
    [APIError, 424, 'unknown_error', false],
    [APIError, 408, 'request_timeout', true],
    [APIError, 409, 'conflict', true],
  ],
  validation_error: [
    [ValidationError, 422, 'validation_error', false],
    [ValidationError, 400, 'invalid_request_error', false],
  ],
  authentication_error: [
    [AuthenticationError, 401, 'authentication_error', false],
    [AuthenticationError, 403, 'permission_error', false],
    [AuthenticationError, anyStatus, 'invalid_api_key'],
    [AuthenticationError, anyStatus, 'missing_api_key'],
    [AuthenticationError, anyStatus, 'scope_denied'],
  ],
  payment_required: [
    [PaymentRequiredError, 402, 'payment_required', false],
    [PaymentRequiredError, anyStatus, 'ai_access_denied'],
  ],
  not_found: [[NotFoundError, 404, 'not_found', false]],
  rate_limit_error: [[RateLimitError, 429, 'rate_limit_error', true]],
  quota_exceeded: [
    [QuotaExceededError, 429, 'quota_exceeded', false],
    [QuotaExceededError, anyStatus, 'quota_exceeded'],
    [QuotaExceededError, anyStatus, 'token_quota_exceeded'],
    [QuotaExceededError, anyStatus, 'ai_daily_limit_exceeded'],
  ],
  server_error: [[ServerError, 500, 'server_error', true]],
  service_unavailable: [
    [ServiceUnavailableError, 503, 'service_unavailable', true],
    [ServiceUnavailableError, 502, 'bad_gateway', true],
    [ServiceUnavailableError, 504, 'service_unavailable', true],
  ],

  // Errors that the SDK makes itself. They say themselves whether they are retryable. Their own messages are about this
  // server's network and options, so readers get another one.
  connection_error: ['VecTrade could not be reached', 502, 'service_unavailable'],
  stream_interrupted: ['The answer was cut short', 502, 'service_unavailable'],
  timeout: ['VecTrade did not answer in time', 504, 'service_unavailable'],
  stream_protocol_error: ['VecTrade answered in an unknown way', 502, 'bad_gateway'],
  stream_store_error: ['The answer cannot be read any further', 503, 'service_unavailable'],
  // The reader of this error did not abort anything: the caller of an aborted call is gone. This server has ended the
  // answer, for example because its client was closed at a shutdown, and another instance may answer.
  request_aborted: ['The request was aborted', 503, 'service_unavailable'],
  configuration_error: unexpected,
  stream_consumed: unexpected,
  stream_resume_error: unexpected,
  slow_consumer: unexpected,
}
