import { numberHeader } from './errors/api-error.ts'

/** What is known of a response once its headers are in. */
export interface StreamResponse {
  status: number
  headers: Headers
  /** From `X-Request-Id`: what VecTrade's support asks for. */
  requestId: string | undefined
  rateLimit: RateLimit
}

/** The limits a response tells of; a field is undefined when its header is missing. */
export interface RateLimit {
  /** Requests per window. */
  limit: number | undefined
  remaining: number | undefined
  /** When the window ends, in Unix seconds. */
  reset: number | undefined
  quotaLimit: number | undefined
  quotaRemaining: number | undefined
}

export function readResponse(status: number, headers: Headers): StreamResponse {
  return {
    status,
    headers,
    requestId: headers.get('x-request-id') ?? undefined,
    rateLimit: {
      limit: numberHeader(headers, 'x-vq-ratelimit-limit'),
      remaining: numberHeader(headers, 'x-vq-ratelimit-remaining'),
      reset: numberHeader(headers, 'x-vq-ratelimit-reset'),
      quotaLimit: numberHeader(headers, 'x-vq-quota-limit'),
      quotaRemaining: numberHeader(headers, 'x-vq-quota-remaining'),
    },
  }
}
