import { singleHeader } from './single-header.ts'
import { hide, VecTradeError } from './vectrade-error.ts'

/** The fields of a new {@link APIError}. */
export interface APIErrorFields {
  /** The sentence that says what went wrong. */
  message: string
  /** The API's own name of the error, such as `rate_limit_error`. */
  type: string
  /** Whether the same call may succeed later. */
  retryable: boolean
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

/** VecTrade answered with an error, as an HTTP status or as an event inside a stream. */
export class APIError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'APIError'
  /** @internal */
  static readonly code: string = 'api_error'

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
  static override readonly code: string = 'validation_error'
}

/** 401, 403: the key is missing, wrong, or not allowed to do this. */
export class AuthenticationError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'AuthenticationError'
  /** @internal */
  static override readonly code: string = 'authentication_error'
}

/** 402: the plan does not cover it. */
export class PaymentRequiredError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'PaymentRequiredError'
  /** @internal */
  static override readonly code: string = 'payment_required'
}

/** 404: there is no such thing at this address; `baseURL` may be wrong. */
export class NotFoundError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'NotFoundError'
  /** @internal */
  static override readonly code: string = 'not_found'
}

/** 429: too many requests for now. */
export class RateLimitError extends APIError {
  /** @internal */
  static override readonly errorClass: string = 'RateLimitError'
  /** @internal */
  static override readonly code: string = 'rate_limit_error'

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
  static override readonly code: string = 'quota_exceeded'

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
  static override readonly code: string = 'server_error'
}

/** 502, 503, 504: VecTrade, or something on the way to it, is not there for now. */
export class ServiceUnavailableError extends ServerError {
  /** @internal */
  static override readonly errorClass: string = 'ServiceUnavailableError'
  /** @internal */
  static override readonly code: string = 'service_unavailable'
}

/** A header that is a plain decimal number, else undefined. */
export function numberHeader(headers: Headers | undefined, name: string): number | undefined {
  const value = singleHeader(headers, name, ',')
  return value !== undefined && /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}
