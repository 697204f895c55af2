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
  TimeoutError,
  VecTradeError,
} from '@vectrade/node'

/**
 * Returns what went wrong and what to do about it, in sentences.
 *
 * @param address what the user has to check if the server is the wrong one
 */
export function explain(error: unknown, address: 'base URL' | 'live URL'): string {
  if (!VecTradeError.isInstance(error))
    return error instanceof Error ? error.message : String(error)
  const sentences = [error.message]
  if (error.partial?.text) sentences.push('The answer above is not complete')
  sentences.push(...advice(error, address))
  const request = error.requestId === undefined ? '' : ` (request ${error.requestId})`
  return sentences.map((sentence) => sentence.trimEnd().replace(/\.?$/, '.')).join(' ') + request
}

function advice(error: VecTradeError, address: string): string[] {
  if (error instanceof AuthenticationError) {
    return error.type === 'permission_error'
      ? ['The key in VECTRADE_API_KEY is not allowed to do this']
      : ['Set VECTRADE_API_KEY to a key that is valid there']
  }
  if (error instanceof PaymentRequiredError) return ['The plan of this key does not cover it']
  if (error instanceof QuotaExceededError) return ['The quota of this key is used up']
  if (error instanceof NotFoundError) return [notFound(address)]
  if (error instanceof RateLimitError || error instanceof ServerError) {
    // A server can say that it will fail again.
    return error.retryable ? [tryAgain(error)] : []
  }
  // The answer had begun, so the address is right.
  if (error instanceof StreamInterruptedError) return [tryAgain()]
  if (error instanceof ConnectionError) return [`Check the network and the ${address}`]
  if (error instanceof TimeoutError) return [tryAgain()]
  if (error instanceof StreamProtocolError)
    return [`Check that the ${address} is that of a VecTrade API`]
  return error instanceof APIError && error.retryable ? [tryAgain(error)] : []
}

function notFound(address: string): string {
  return `Check the ${address}${address === 'base URL' ? ': it usually ends in /v1' : ''}`
}

function tryAgain(error?: APIError): string {
  if (error?.retryAfter === undefined) return 'Try again in a moment'
  return `Try again in ${Math.ceil(error.retryAfter)} s`
}
