/**
 * The values of `error.code`. Each class of errors has a code of its own, so a `switch` over the code is
 * checked by the compiler.
 */
export type VecTradeErrorCode =
  | 'api_error'
  | 'validation_error'
  | 'authentication_error'
  | 'payment_required'
  | 'not_found'
  | 'rate_limit_error'
  | 'quota_exceeded'
  | 'server_error'
  | 'service_unavailable'
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
