import { APIError } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import type { APIErrorCode } from '../errors/error-code.ts'

/** With these errors, the server says that it will not serve this feed. They are those of 401, 403, 404, 400 and 422. */
const finalCodes: ReadonlySet<APIErrorCode> = /* @__PURE__ */ new Set([
  'authentication_error',
  'not_found',
  'validation_error',
])

/**
 * Whether another attempt to connect would fail in the same way.
 *
 * @param wasOpen whether there was a connection before. If there was, the options are right, and the only
 *   ConfigurationError left is that of a function that gives no key. It may give one again.
 */
export function isFinal(error: unknown, wasOpen: boolean): boolean {
  if (error instanceof ConfigurationError) return !wasOpen
  return error instanceof APIError && finalCodes.has(error.code)
}
