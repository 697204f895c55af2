import type { APIErrorCode } from './error-code.ts'
import { numberHeader } from './number-header.ts'
import { hide, VecTradeError } from './vectrade-error.ts'

/** What an {@link APIError} is made of. */
export interface APIErrorFields {
  message: string
  type: string
  retryable: boolean
  cause?: unknown
  requestId?: string | undefined
  status?: number | undefined
  errorCode?: string | undefined
  details?: unknown
  docsUrl?: string | undefined
  headers?: Headers | undefined
  retryAfter?: number | undefined
  /** Advice of this SDK, added to the server's message. */
  hint?: string | undefined
}

/** VecTrade answered with an error, as an HTTP status or as an event inside a stream. */
export class APIError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'APIError'
  /** @internal */
  static readonly code: APIErrorCode = 'api_error'

  declare readonly code: APIErrorCode
  /** The HTTP status; undefined when the error came inside a stream. */
  readonly status: number | undefined
  /** The API's own name of the error, such as `rate_limit_error`. */
  readonly type: string
  /** The code that the server gave the error, such as `token_quota_exceeded`. */
  declare readonly errorCode?: string
  /**
   * What else the server said, as sent: its `details` field, or all fields of the gateway's shape but
   * `error` and `message`. Not enumerable because it may repeat the request.
   */
  declare readonly details?: unknown
  /** A page that explains the error, or where to upgrade the plan. */
  declare readonly docsUrl?: string
  /** The response's headers. Not enumerable. */
  declare readonly headers?: Headers
  /** Seconds the server asks to wait, from `retry-after-ms`, `Retry-After` or the body. */
  declare readonly retryAfter?: number
  /** @internal The end of the message that is this SDK's own advice. */
  declare readonly hint?: string

  constructor(fields: APIErrorFields) {
    const { message, hint } = fields
    super(hint === undefined ? message : `${message} ${hint}`, new.target.code, fields)
    if (hint !== undefined) hide(this, 'hint', hint)
    this.type = fields.type
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

/** 400, 422: the request is not one the API can take. */
export class ValidationError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'ValidationError'
  /** @internal */
  static override readonly code = 'validation_error'

  declare readonly code: 'validation_error'
}

/** 401, 403: the key is missing, wrong, or not allowed to do this. */
export class AuthenticationError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'AuthenticationError'
  /** @internal */
  static override readonly code = 'authentication_error'

  declare readonly code: 'authentication_error'
}

/** 402: the plan does not cover it. */
export class PaymentRequiredError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'PaymentRequiredError'
  /** @internal */
  static override readonly code = 'payment_required'

  declare readonly code: 'payment_required'
}

/** 404: there is no such thing at this address; `baseURL` may be wrong. */
export class NotFoundError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'NotFoundError'
  /** @internal */
  static override readonly code = 'not_found'

  declare readonly code: 'not_found'
}

/** 429: too many requests for now. */
export class RateLimitError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'RateLimitError'
  /** @internal */
  static override readonly code = 'rate_limit_error'

  declare readonly code: 'rate_limit_error'

  /** Requests allowed per window, from `X-VQ-RateLimit-Limit`. */
  get limit(): number | undefined {
    return numberHeader(this.headers, 'x-vq-ratelimit-limit')
  }

  /** Requests left in the window, from `X-VQ-RateLimit-Remaining`. */
  get remaining(): number | undefined {
    return numberHeader(this.headers, 'x-vq-ratelimit-remaining')
  }
}

/** 403 or 429 with `quota_exceeded`: the plan's quota is used up; waiting a little does not help. */
export class QuotaExceededError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'QuotaExceededError'
  /** @internal */
  static override readonly code = 'quota_exceeded'

  declare readonly code: 'quota_exceeded'

  /** The quota, from `X-VQ-Quota-Limit`. */
  get quotaLimit(): number | undefined {
    return numberHeader(this.headers, 'x-vq-quota-limit')
  }

  /** What is left of it, from `X-VQ-Quota-Remaining`. */
  get quotaRemaining(): number | undefined {
    return numberHeader(this.headers, 'x-vq-quota-remaining')
  }
}

/** 5xx: VecTrade failed. */
export class ServerError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'ServerError'
  /** @internal */
  static override readonly code: 'server_error' | 'service_unavailable' = 'server_error'

  declare readonly code: 'server_error' | 'service_unavailable'
}

/** 502, 503, 504: VecTrade, or something on the way to it, is not there for now. */
export class ServiceUnavailableError extends ServerError {
  /** @internal */
  static override readonly errorClass: string = 'ServiceUnavailableError'
  /** @internal */
  static override readonly code = 'service_unavailable'

  declare readonly code: 'service_unavailable'
}
