import type { EncodableMessage } from '@vectrade/core'
import { errorBody, type ErrorShape, errorType } from './error-body.ts'
import type { Fault } from './faults.ts'
import type { Refusal } from './refusal.ts'

/** The fields of a fault that describe an error inside a stream. */
type StreamError = Pick<
  Fault,
  'errorMark' | 'errorShape' | 'errorType' | 'errorCode' | 'bodyRetryAfter' | 'errorFields'
> & { message: string }

/** Returns the error that a fault sends inside a stream. */
export function errorMessage(fault: StreamError): EncodableMessage & { data: string } {
  const mark = fault.errorMark ?? 'event'
  const body = errorBody(fault.errorShape ?? 'documented', {
    status: undefined,
    type: fault.errorType ?? 'server_error',
    code: fault.errorCode,
    message: fault.message,
    retryAfter: fault.bodyRetryAfter,
    fields: fault.errorFields,
  })
  const hasType = mark === 'type' || mark === 'both'
  const hasEvent = mark === 'event' || mark === 'both'
  const data = JSON.stringify(hasType ? { ...body, type: 'error' } : body)
  return hasEvent ? { event: 'error', data } : { data }
}

/** Returns the error of an answer that fails after its headers have been sent. */
export function refusalMessage(
  { status, message, details }: Refusal,
  errorShape: ErrorShape,
): ReturnType<typeof errorMessage> {
  const { type = errorType(status), retryAfter } = details
  const wait = retryAfter === undefined ? {} : { bodyRetryAfter: retryAfter }
  return errorMessage({ message, errorType: type, errorShape, errorMark: 'both', ...wait })
}
