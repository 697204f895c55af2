/** The codes of the errors that VecTrade reports: those of `APIError` and its subclasses. */
export type APIErrorCode =
  | 'api_error'
  | 'validation_error'
  | 'authentication_error'
  | 'payment_required'
  | 'not_found'
  | 'rate_limit_error'
  | 'quota_exceeded'
  | 'server_error'
  | 'service_unavailable'

/**
 * The values of `error.code`. Each class of errors has a code of its own, so a `switch` over the code is
 * checked by the compiler.
 */
export type VecTradeErrorCode =
  | APIErrorCode
  | 'configuration_error'
  | 'connection_error'
  | 'stream_interrupted'
  | 'timeout'
  | 'request_aborted'
  | 'stream_consumed'
  | 'stream_protocol_error'
  | 'stream_resume_error'
  | 'stream_store_error'
  | 'slow_consumer'

/** The codes of the errors that VecTrade does not report. */
export type LocalErrorCode = Exclude<VecTradeErrorCode, APIErrorCode>
