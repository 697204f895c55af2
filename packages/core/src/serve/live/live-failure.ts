import { RateLimitError } from '../../errors/api-error.ts'
import type { WireError } from '../../errors/error-to-wire.ts'
import { encodeEvent } from '../../sse/encode.ts'
import { encodeUtf8 } from '../../sse/utf8.ts'

/**
 * Returns what readers get when the upstream has failed. They may try again, whatever the failure is: it is about this
 * server's own connection and key, not about theirs.
 */
export function liveFailure(error: unknown): Uint8Array {
  const wire: WireError = {
    error: {
      type: 'service_unavailable',
      message: 'Live data is not available',
      retry_after: error instanceof RateLimitError ? error.retryAfter : undefined,
    },
  }
  return encodeUtf8(encodeEvent({ event: 'error', data: JSON.stringify(wire) }))
}
