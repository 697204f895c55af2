import {
  ConfigurationError,
  ConnectionError,
  RequestAbortedError,
  StreamInterruptedError,
  StreamProtocolError,
  VecTradeError,
} from '@vectrade/core'
import { systemCode } from '@vectrade/core/adapter'
import { errorOfStatus, statusOf } from './error-of-status.ts'
import { isObject } from './model-part.ts'

/** What is known about an error besides itself. */
export interface ModelErrorContext {
  /** The signal of the model's request. */
  signal?: AbortSignal | undefined
  /** Whether readers have had an event, so that the error has no HTTP status any more. */
  hasBegun?: boolean
  /** Whether the error came from reading the answer, and not from asking. */
  isReading?: boolean
  /** Gets the provider's own error. */
  onError?: ((error: unknown) => void) | undefined
}

/** The AI SDK's errors about the program's own mistakes. Their messages contain no prompt. */
const mistakes: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  'AI_LoadAPIKeyError',
  'AI_LoadSettingError',
  'AI_NoSuchModelError',
  'AI_NoSuchProviderError',
  'AI_UnsupportedFunctionalityError',
  'AI_UnsupportedModelVersionError',
])

/**
 * Returns the error of this SDK for what a model or `streamText` has thrown. Its message and its cause repeat neither
 * the request nor what the provider said, because both can contain the prompt or the key.
 *
 * An error of an unknown kind is a mistake in the program if it came from asking, and is returned as it is. If it came
 * from reading the answer, the connection or the provider has failed.
 */
export function errorFromModel(thrown: unknown, context: ModelErrorContext): unknown {
  const error = lastError(thrown)
  if (VecTradeError.isInstance(error)) return error
  const { signal } = context
  if (signal?.aborted) return new RequestAbortedError(undefined, { cause: signal.reason })
  if (isObject(error) && error['name'] === 'AbortError') return new RequestAbortedError()
  const own = convert(error, context)
  if (own !== undefined) {
    // If `onError` fails, there is no one to tell.
    void (async () => context.onError?.(error))().catch(() => {})
  }
  return own ?? error
}

function convert(error: unknown, { hasBegun, isReading }: ModelErrorContext): unknown {
  const status = statusOf(error)
  if (status !== undefined) return errorOfStatus(status, error, hasBegun)
  if (!isObject(error)) {
    // Some providers send only a sentence.
    return isReading ? errorOfStatus(500, error, hasBegun) : undefined
  }
  const { name } = error
  if (mistakes.has(name)) return new ConfigurationError(String(error['message']))
  switch (name) {
    case 'AI_APICallError':
      // Such as a redirect, or a success without a body.
      if (error['statusCode'] !== undefined) return notUnderstood()
      return new ConnectionError("Could not reach the model's provider", 'connect', {
        cause: systemCause(error),
      })
    case 'TimeoutError':
      return errorOfStatus(504, error, hasBegun)
    case 'AI_InvalidResponseDataError':
      // Some providers report the end of an unfinished answer in this way.
      if (error['data'] === undefined) return new StreamInterruptedError()
      return notUnderstood()
    case 'AI_JSONParseError':
    case 'AI_TypeValidationError':
    case 'AI_EmptyResponseBodyError':
      return notUnderstood()
    default:
  }
  if (typeof name === 'string' && name.startsWith('AI_')) {
    return errorOfStatus(500, error, hasBegun)
  }
  if (!isReading) return undefined
  // The body of a response has failed, or the provider has sent an error that says nothing known.
  return error instanceof Error
    ? new StreamInterruptedError({ cause: systemCause(error) })
    : errorOfStatus(500, error, hasBegun)
}

/** Returns the error that a repeated call has ended with. */
function lastError(error: unknown): unknown {
  return isObject(error) && error['name'] === 'AI_RetryError' ? error['lastError'] : error
}

/** Returns the error for a response that is no answer. */
export function notUnderstood(): StreamProtocolError {
  return new StreamProtocolError("The model's provider has answered in an unknown way")
}

/** Returns an error with nothing but the system's code, such as `ECONNREFUSED`. */
function systemCause(error: unknown): Error | undefined {
  const code = systemCode(error)
  return code === undefined ? undefined : new Error(code)
}
