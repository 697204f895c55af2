import { clean, type Secrets } from '../errors/clean.ts'
import type { FetchHeaders } from '../options/runtime.ts'
import { type RateLimit, rateLimitOf } from '../errors/rate-limit.ts'
import { singleHeader } from '../errors/single-header.ts'

/** A response, without its body. */
export interface StreamResponse {
  /** The HTTP status. */
  status: number
  /** The response's headers. */
  headers: Headers
  /** The id in `X-Request-Id`, which VecTrade's support asks for. */
  requestId: string | undefined
  /** The rate limit and the quota, from the headers. */
  rateLimit: RateLimit
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
  const requestId = singleHeader(headers, 'x-request-id') ?? headers.get('x-request-id')
  return {
    status,
    headers,
    requestId: (requestId !== null && clean(requestId, secrets)) || undefined,
    rateLimit: rateLimitOf(headers),
  }
}
