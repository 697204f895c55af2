import { APICallError } from '@ai-sdk/provider'
import { APIError, ConfigurationError, RequestAbortedError, VecTradeError } from '@vectrade/core'
import { statusFor } from '@vectrade/core/adapter'

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
  const statusCode = api && statusFor(api)
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
