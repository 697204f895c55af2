import { numberHeader } from '../errors/number-header.ts'
import { clean, type Secrets } from '../errors/clean.ts'
import type { FetchHeaders } from '../options/runtime.ts'
import { responseHeaders } from '../errors/response-headers.ts'
import { singleHeader } from '../errors/single-header.ts'

/** A response, without its body. */
export interface StreamResponse {
  /** The HTTP status. */
  status: number
  /** The response's headers. */
  headers: Headers
  /** The id in `X-Request-Id`, which VecTrade's support asks for. */
  requestId: string | undefined
  /** The rate limit and the quota, as the headers tell them. */
  rateLimit: RateLimit
}

/** The limits that a response tells. A field is undefined if its header is missing. */
export interface RateLimit {
  /** Requests that a window allows. */
  limit: number | undefined
  /** Requests left in this window. */
  remaining: number | undefined
  /** The end of the window, in Unix seconds. */
  reset: number | undefined
  /** The plan's quota, from `X-VQ-Quota-Limit`. */
  quotaLimit: number | undefined
  /** The rest of the quota, from `X-VQ-Quota-Remaining`. */
  quotaRemaining: number | undefined
}

/** Reads the headers of a response. @param secrets texts to remove from the request id */
export function streamResponseOf(
  response: { status: number; headers: FetchHeaders },
  secrets?: Secrets,
): StreamResponse {
  const { status } = response
  // A fetch gives all of them, though perhaps in its own class.
  const headers = response.headers as Headers
  // If a proxy has added its own id, support can use both.
  const requestId =
    singleHeader(headers, responseHeaders.requestId) ?? headers.get(responseHeaders.requestId)
  return {
    status,
    headers,
    requestId: (requestId !== null && clean(requestId, secrets)) || undefined,
    rateLimit: {
      limit: numberHeader(headers, responseHeaders.limit),
      remaining: numberHeader(headers, responseHeaders.remaining),
      reset: numberHeader(headers, responseHeaders.reset),
      quotaLimit: numberHeader(headers, responseHeaders.quotaLimit),
      quotaRemaining: numberHeader(headers, responseHeaders.quotaRemaining),
    },
  }
}
