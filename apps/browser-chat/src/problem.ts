import {
  APIError,
  AuthenticationError,
  ConnectionError,
  NotFoundError,
  PaymentRequiredError,
  QuotaExceededError,
  RateLimitError,
  ServerError,
  StreamInterruptedError,
  StreamProtocolError,
  StreamResumeError,
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
  /** The id of the request in the operator's logs. */
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
      ? final('Not allowed', 'The server does not let you ask from here.')
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
    return final('This question was not accepted', 'Shorten it, or ask in other words.')
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
  if (error instanceof StreamResumeError) {
    return error.retryable
      ? again('The connection broke off', 'It often works a moment later.')
      : again('This answer is no longer stored', 'Ask again for a new one.')
  }
  if (error instanceof NotFoundError) {
    return final(
      'No analyses here',
      'The server has no analyses at the address that this page asks.',
    )
  }
  if (error instanceof APIError && error.status === 413) {
    return final('This question is too long', 'Shorten it.')
  }
  if (error instanceof StreamProtocolError) {
    return again('No answer', 'The server sent something else, or the answer is damaged.')
  }
  return again('Something went wrong', 'The answer could not be shown.')
}

function again(title: string, advice: string): Problem {
  return { title, advice, canRetry: true }
}

function final(title: string, advice: string): Problem {
  return { title, advice, canRetry: false }
}
