import { APIError } from '../errors/api-error.ts'
import { errorToWire, statusFor } from '../errors/error-to-wire.ts'
import { findRow, isRetryable } from '../errors/find-row.ts'
import { RequestAbortedError } from '../errors/request-aborted-error.ts'
import type { ResponseHeader } from '../errors/response-headers.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { errorResponse } from './refusal.ts'

/** Seconds in a year. Clients may not be able to read a longer time. */
const longestRetryAfter = 31_536_000

/** Returns the response for a failure. It has VecTrade's status, or the one in the table for an error of ours. */
export function failureResponse(error: unknown): Response {
  const status = statusFor(error)
  const headers: Partial<Record<ResponseHeader, string>> = {}
  const retryAfter = error instanceof APIError ? error.retryAfter : undefined
  if (retryAfter !== undefined) {
    const seconds = Math.min(retryAfter, longestRetryAfter)
    // The standard header has whole seconds only; our clients read the other one first.
    headers['retry-after'] = String(Math.ceil(seconds))
    if (!Number.isInteger(seconds)) headers['retry-after-ms'] = String(seconds * 1000)
  }
  const wire = errorToWire(error, status)
  // Status and type alone may lead the reader to the wrong `retryable`. Then the header states the right one. A
  // RequestAbortedError gets no header: this server's call was aborted, and the reader may still retry.
  const isReadAsRetryable = isRetryable(findRow(status, [wire.error.type]), status, undefined)
  const isJudge = VecTradeError.isInstance(error) && !(error instanceof RequestAbortedError)
  if (isJudge && error.retryable !== isReadAsRetryable) {
    headers['x-should-retry'] = String(error.retryable)
  }
  return errorResponse(status, wire, headers)
}
