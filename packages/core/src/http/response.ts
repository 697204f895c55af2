import { numberHeader } from '../errors/number-header.ts'
import { clean, type Secrets } from '../errors/clean.ts'
import type { FetchHeaders } from '../options/runtime.ts'
import { singleHeader } from '../errors/single-header.ts'

/** What is known of a response once its headers are in. */
export interface StreamResponse {
  /** The HTTP status. */
  status: number
  /** The response's headers. */
  headers: Headers
  /** From `X-Request-Id`: what VecTrade's support asks for. */
  requestId: string | undefined
  /** What the headers say of rate limit and quota. */
  rateLimit: RateLimit
}

/** The limits a response tells of; a field is undefined when its header is missing. */
export interface RateLimit {
  /** Requests per window. */
  limit: number | undefined
  /** Requests left in this window. */
  remaining: number | undefined
  /** When the window ends, in Unix seconds. */
  reset: number | undefined
  /** The plan's quota, from `X-VQ-Quota-Limit`. */
  quotaLimit: number | undefined
  /** What is left of the quota, from `X-VQ-Quota-Remaining`. */
  quotaRemaining: number | undefined
}

/** @param secrets removed from the request id, because a server may quote them there */
export function readResponse(
  response: { status: number; headers: FetchHeaders },
  secrets?: Secrets,
): StreamResponse {
  const { status } = response
  // Whole ones, by the standard; the class may be a library's own.
  const headers = response.headers as Headers
  // Where a proxy has added its own, support can use both.
  const requestId = singleHeader(headers, 'x-request-id') ?? headers.get('x-request-id')
  return {
    status,
    headers,
    requestId: (requestId !== null && clean(requestId, secrets)) || undefined,
    rateLimit: {
      limit: numberHeader(headers, 'x-vq-ratelimit-limit'),
      remaining: numberHeader(headers, 'x-vq-ratelimit-remaining'),
      reset: numberHeader(headers, 'x-vq-ratelimit-reset'),
      quotaLimit: numberHeader(headers, 'x-vq-quota-limit'),
      quotaRemaining: numberHeader(headers, 'x-vq-quota-remaining'),
    },
  }
}
