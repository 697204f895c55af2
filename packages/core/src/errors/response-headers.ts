/**
 * The response headers of the protocol that the SDK's client reads. Endpoints let pages of other origins read all
 * of them (CORS).
 */
export const responseHeaders = {
  retryAfter: 'retry-after',
  retryAfterMs: 'retry-after-ms',
  requestId: 'x-request-id',
  shouldRetry: 'x-should-retry',
  streamId: 'x-vectrade-stream-id',
  limit: 'x-vq-ratelimit-limit',
  remaining: 'x-vq-ratelimit-remaining',
  reset: 'x-vq-ratelimit-reset',
  quotaLimit: 'x-vq-quota-limit',
  quotaRemaining: 'x-vq-quota-remaining',
} as const
