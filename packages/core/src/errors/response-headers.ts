/**
 * The response headers of the protocol that the SDK's client reads. Endpoints let pages of other origins read all
 * of them (CORS). The functions that read a header take a {@link ResponseHeader}, so none can be missing here.
 */
export const responseHeaders = [
  'retry-after',
  'retry-after-ms',
  'x-request-id',
  'x-should-retry',
  'x-vectrade-stream-id',
  'x-vq-ratelimit-limit',
  'x-vq-ratelimit-remaining',
  'x-vq-ratelimit-reset',
  'x-vq-quota-limit',
  'x-vq-quota-remaining',
] as const

/** The name of one of the response headers. */
export type ResponseHeader = (typeof responseHeaders)[number]
