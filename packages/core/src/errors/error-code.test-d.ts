import { expectTypeOf, test } from 'vitest'
import * as errors from '../index.ts'

type InstanceOf<Class> = Class extends abstract new (...args: never) => infer Instance
  ? Instance
  : never

/** The code of each class of errors that users can import. */
type Codes = {
  [
    Name in keyof Exports as InstanceOf<Exports[Name]> extends never
      ? never
      : InstanceOf<Exports[Name]> extends errors.VecTradeError
        ? Name
        : never
  ]: InstanceOf<Exports[Name]> extends { code: infer Code } ? Code : never
}

type Exports = typeof errors

test('each class has a code of its own, which its subclasses may have too', () => {
  expectTypeOf<Codes>().toEqualTypeOf<{
    VecTradeError: errors.VecTradeErrorCode
    ConfigurationError: 'configuration_error'
    ConnectionError: 'connection_error' | 'stream_interrupted'
    StreamInterruptedError: 'stream_interrupted'
    TimeoutError: 'timeout'
    RequestAbortedError: 'request_aborted'
    StreamConsumedError: 'stream_consumed'
    StreamProtocolError: 'stream_protocol_error'
    StreamResumeError: 'stream_resume_error'
    StreamStoreError: 'stream_store_error'
    SlowConsumerError: 'slow_consumer'
    APIError:
      | 'server_error'
      | 'service_unavailable'
      | 'api_error'
      | 'validation_error'
      | 'authentication_error'
      | 'payment_required'
      | 'not_found'
      | 'rate_limit_error'
      | 'quota_exceeded'
    ValidationError: 'validation_error'
    AuthenticationError: 'authentication_error'
    PaymentRequiredError: 'payment_required'
    NotFoundError: 'not_found'
    RateLimitError: 'rate_limit_error'
    QuotaExceededError: 'quota_exceeded'
    ServerError: 'server_error' | 'service_unavailable'
    ServiceUnavailableError: 'service_unavailable'
  }>()
})

test('a switch over the code is checked', () => {
  const error = new errors.StreamConsumedError() as errors.VecTradeError
  switch (error.code) {
    case 'rate_limit_error':
      break
    // @ts-expect-error There is no such code.
    case 'rate_limited':
      break
  }
  // @ts-expect-error An error has one of the codes.
  void new errors.VecTradeError('', 'mine')
})
