import { APIError, RequestAbortedError, VecTradeError } from '@vectrade/core'

type Code = VecTradeError['code']

/** What a model is told. It needs no more to decide whether to call again. */
const sentences: Readonly<Partial<Record<Code, string>>> = {
  validation_error: 'VecTrade does not accept the question',
  authentication_error: 'VecTrade does not allow the request',
  payment_required: 'VecTrade asks for a payment',
  not_found: 'VecTrade does not have what was asked for',
  rate_limit_error: 'VecTrade gets too many requests',
  quota_exceeded: 'The quota at VecTrade is used up',
  server_error: 'VecTrade has failed',
  service_unavailable: 'VecTrade is not available',
  connection_error: 'VecTrade could not be reached',
  stream_interrupted: 'The analysis was cut short',
  timeout: 'VecTrade did not answer in time',
}

/**
 * Returns the error with which a call of the tool fails. The AI SDK shows its message to the model, and so to the
 * provider of the model. So it has the `code` of the original error, but a message that is the same for every call.
 * The original error is its `cause`.
 *
 * After an abort, returns the reason of the signal, as `fetch` does.
 */
export function toolError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof RequestAbortedError && signal?.aborted) return signal.reason
  if (!VecTradeError.isInstance(error))
    return new Error('The analysis has failed', { cause: error })
  const { code, requestId, retryable } = error
  const sentence = sentences[code] ?? 'The analysis has failed'
  return new VecTradeError(`${sentence}. ${adviceOf(error)}`, code, {
    cause: error,
    retryable,
    ...(requestId !== undefined && { requestId }),
  })
}

/** Returns whether it helps to call again. The client has already repeated what it could. */
function adviceOf(error: VecTradeError): string {
  if (!error.retryable) return 'The same call would fail again.'
  const seconds = error instanceof APIError ? error.retryAfter : undefined
  return seconds === undefined
    ? 'A later call may succeed.'
    : `A call may succeed in ${Math.ceil(seconds)} s.`
}
