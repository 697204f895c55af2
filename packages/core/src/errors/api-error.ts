import type { APIErrorCode } from './error-code.ts'
import { rateLimitOf } from './rate-limit.ts'
import { hide, VecTradeError } from './vectrade-error.ts'

/** The fields of a new {@link APIError}. */
export interface APIErrorFields {
  /** The sentence that says what went wrong. */
  message: string
  /** The API's own name of the error, such as `rate_limit_error`. Default: that of the class. */
  type?: string | undefined
  /** Whether the same call may succeed later. Default: depends on the class. */
  retryable?: boolean | undefined
  /** The error that led to this one. */
  cause?: unknown
  /** The server's id of the request. */
  requestId?: string | undefined
  /** The HTTP status; undefined if the error came inside a stream. */
  status?: number | undefined
  /** The code that the server gave the error. */
  errorCode?: string | undefined
  /** What else the server said. */
  details?: unknown
  /** A page that explains the error. */
  docsUrl?: string | undefined
  /** The response's headers. */
  headers?: Headers | undefined
  /** Seconds that the server asks to wait. */
  retryAfter?: number | undefined
  /** Advice of this SDK, added to the server's message. */
  hint?: string | undefined
}

/**
 * VecTrade reported an error, with an HTTP status or inside a stream. A subclass tells which one; an error that no
 * subclass describes is an `APIError` itself.
 */
export class APIError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'APIError'
  /** @internal */
  static readonly code: APIErrorCode = 'api_error'
  /** @internal The default of `retryable`. */
  static readonly isRetryable: boolean = false

  declare readonly code: APIErrorCode
  /** The HTTP status; undefined if the error came inside a stream. */
  readonly status: number | undefined
  /** The API's own name of the error, such as `rate_limit_error`. */
  readonly type: string
  /** The code that the server gave the error, such as `token_quota_exceeded`. */
  declare readonly errorCode?: string
  /**
   * What else the server said, as sent: its `details` field or, from the gateway, all fields except `error` and
   * `message`. It may repeat the request, so it is not enumerable and printing the error leaves it out.
   */
  declare readonly details?: unknown
  /** A page that explains the error, or where to upgrade the plan. */
  declare readonly docsUrl?: string
  /** The response's headers. They are not enumerable, so printing the error leaves them out. */
  declare readonly headers?: Headers
  /** Seconds that the server asks to wait, from `retry-after-ms`, `Retry-After` or the body. */
  declare readonly retryAfter?: number
  /** @internal The advice of this SDK at the end of the message. */
  declare readonly hint?: string

  constructor(fields: APIErrorFields) {
    const { message, hint, type = new.target.code, retryable = new.target.isRetryable } = fields
    const text = hint === undefined ? message : `${message} ${hint}`
    super(text, new.target.code, { ...fields, retryable })
    if (hint !== undefined) hide(this, 'hint', hint)
    this.type = type
    this.status = fields.status
    if (fields.errorCode !== undefined) this.errorCode = fields.errorCode
    if (fields.docsUrl !== undefined) this.docsUrl = fields.docsUrl
    if (fields.retryAfter !== undefined) this.retryAfter = fields.retryAfter
    if (fields.details !== undefined) hide(this, 'details', fields.details)
    if (fields.headers !== undefined) hide(this, 'headers', fields.headers)
  }

  override toJSON(): Record<string, unknown> {
    return {
      ...super.toJSON(),
      status: this.status,
      type: this.type,
      errorCode: this.errorCode,
      docsUrl: this.docsUrl,
      retryAfter: this.retryAfter,
    }
  }
}

/** The API does not accept the request (400, 422). */
export class ValidationError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'ValidationError'
  /** @internal */
  static override readonly code = 'validation_error'

  declare readonly code: 'validation_error'
}

/** The key is missing, invalid, or not allowed to do this (401, 403). */
export class AuthenticationError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'AuthenticationError'
  /** @internal */
  static override readonly code = 'authentication_error'

  declare readonly code: 'authentication_error'
}

/** The plan does not include this (402). */
export class PaymentRequiredError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'PaymentRequiredError'
  /** @internal */
  static override readonly code = 'payment_required'

  declare readonly code: 'payment_required'
}

/** There is nothing at this address (404). `baseURL` may be wrong. */
export class NotFoundError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'NotFoundError'
  /** @internal */
  static override readonly code = 'not_found'

  declare readonly code: 'not_found'
}

/** Too many requests were sent in a short time (429). */
export class RateLimitError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'RateLimitError'
  /** @internal */
  static override readonly code = 'rate_limit_error'
  /** @internal */
  static override readonly isRetryable = true

  declare readonly code: 'rate_limit_error'

  /** Requests allowed per window, from `X-VQ-RateLimit-Limit`. */
  get limit(): number | undefined {
    return rateLimitOf(this.headers).limit
  }

  /** Requests left in the window, from `X-VQ-RateLimit-Remaining`. */
  get remaining(): number | undefined {
    return rateLimitOf(this.headers).remaining
  }
}

/** The quota of the plan is used up (403, 429). Waiting a moment does not help, so the call is not retried. */
export class QuotaExceededError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'QuotaExceededError'
  /** @internal */
  static override readonly code = 'quota_exceeded'

  declare readonly code: 'quota_exceeded'

  /** The quota, from `X-VQ-Quota-Limit`. */
  get quotaLimit(): number | undefined {
    return rateLimitOf(this.headers).quotaLimit
  }

  /** The rest of the quota, from `X-VQ-Quota-Remaining`. */
  get quotaRemaining(): number | undefined {
    return rateLimitOf(this.headers).quotaRemaining
  }
}

/** VecTrade failed (5xx). */
export class ServerError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'ServerError'
  /** @internal */
  static override readonly code: ServerError['code'] = 'server_error'
  /** @internal */
  static override readonly isRetryable = true

  declare readonly code: 'server_error' | 'service_unavailable'
}

/** VecTrade, or a proxy on the way to it, is temporarily unavailable (502, 503, 504). */
export class ServiceUnavailableError extends ServerError {
  /** @internal */
  static override readonly errorClass: string = 'ServiceUnavailableError'
  /** @internal */
  static override readonly code = 'service_unavailable'

  declare readonly code: 'service_unavailable'
}
