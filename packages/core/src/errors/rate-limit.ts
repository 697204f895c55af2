import { numberHeader } from './number-header.ts'

/** The limits in the headers of a response. A field is undefined if its header is missing. */
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

/** Reads the limits in the headers of a response. */
export function rateLimitOf(headers: Headers | undefined): RateLimit {
  return {
    limit: numberHeader(headers, 'x-vq-ratelimit-limit'),
    remaining: numberHeader(headers, 'x-vq-ratelimit-remaining'),
    reset: numberHeader(headers, 'x-vq-ratelimit-reset'),
    quotaLimit: numberHeader(headers, 'x-vq-quota-limit'),
    quotaRemaining: numberHeader(headers, 'x-vq-quota-remaining'),
  }
}
