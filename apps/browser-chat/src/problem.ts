import {
  APIError,
  AuthenticationError,
  ConnectionError,
  PaymentRequiredError,
  QuotaExceededError,
  RateLimitError,
  ServerError,
  StreamInterruptedError,
  TimeoutError,
  ValidationError,
  VecTradeError,
} from '@vectrade/browser'

/** A failure in words for the reader. */
export interface Problem {
  title: string
  advice: string
  /** Whether asking again can help. */
  canRetry: boolean
  /** Seconds to wait before that. */
  retryAfter?: number
  /** What the operator's logs know it by. */
  requestId?: string
}

/** @param online whether the browser believes that it has a network */
export function toProblem(error: unknown, online: boolean): Problem {
  const { retryAfter } = error instanceof APIError ? error : {}
  const { requestId, partial } = VecTradeError.isInstance(error) ? error : {}
  const { title, advice, canRetry } = describe(error, online)
  return {
    title,
    advice: partial?.text ? `The answer above is not complete. ${advice}` : advice,
    canRetry,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}

function describe(error: unknown, online: boolean): Problem {
  if (error instanceof AuthenticationError) {
    return error.type === 'permission_error'
      ? final('Not allowed', 'Your account may not ask this.')
      : again('You are signed out', 'Sign in, then try again.')
  }
  if (error instanceof QuotaExceededError) {
    return final('Nothing left for now', 'The quota for analyses is used up.')
  }
  if (error instanceof PaymentRequiredError) {
    return final('Not in this plan', 'Analyses are not part of the current plan.')
  }
  if (error instanceof RateLimitError) {
    return again('Too many questions at once', 'The limit resets by itself.')
  }
  if (error instanceof ValidationError) {
    return final('This question was not accepted', 'Shorten it or put it differently.')
  }
  if (error instanceof ConnectionError && !online) {
    return again('You are offline', 'Try again once you are connected.')
  }
  if (error instanceof StreamInterruptedError) {
    return again('The connection broke off', 'It often works a moment later.')
  }
  if (error instanceof ConnectionError) {
    return again('No connection', 'The server could not be reached.')
  }
  if (error instanceof TimeoutError) {
    return error.phase === 'headers'
      ? again('No answer in time', 'The server took too long to begin.')
      : again('The answer stopped coming', 'Nothing has arrived for a while.')
  }
  if (error instanceof ServerError) {
    return again('The analysis failed', 'It often works a moment later.')
  }
  return again('Something went wrong', 'The answer could not be read.')
}

function again(title: string, advice: string): Problem {
  return { title, advice, canRetry: true }
}

function final(title: string, advice: string): Problem {
  return { title, advice, canRetry: false }
}
