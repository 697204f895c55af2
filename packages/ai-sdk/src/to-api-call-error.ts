import { APICallError } from '@ai-sdk/provider'
import { APIError, ConfigurationError, RequestAbortedError, VecTradeError } from '@vectrade/core'

/** The statuses of errors that came inside a stream and have none. */
const statuses: Readonly<Partial<Record<VecTradeError['code'], number>>> = {
  validation_error: 422,
  authentication_error: 401,
  payment_required: 402,
  not_found: 404,
  rate_limit_error: 429,
  quota_exceeded: 429,
  server_error: 500,
  service_unavailable: 503,
}

/**
 * Returns the error that the AI SDK expects. From this error, the AI SDK decides whether and when to call again. The
 * error contains neither the prompt nor the key. Its `cause` is the error of this SDK.
 *
 * After an abort, returns the reason of the signal, as `fetch` does. Returns mistakes in the program as they are.
 */
export function toAPICallError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof RequestAbortedError && signal?.aborted) return signal.reason
  if (!VecTradeError.isInstance(error) || error instanceof ConfigurationError) return error
  const { message, retryable: isRetryable, requestId } = error
  const api = error instanceof APIError ? error : undefined
  const statusCode = api?.status ?? statuses[error.code]
  return new APICallError({
    message,
    url: '/ai/analyze',
    requestBodyValues: {},
    isRetryable,
    responseHeaders: {
      ...(api?.retryAfter !== undefined && { 'retry-after-ms': String(api.retryAfter * 1000) }),
      ...(requestId !== undefined && { 'x-request-id': requestId }),
    },
    data: { type: api?.type ?? error.code },
    cause: error,
    ...(statusCode !== undefined && { statusCode }),
  })
}
