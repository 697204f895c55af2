import { isRecord } from '../events/json.ts'
import { isResponse } from '../http/is-response.ts'
import { readAuthorization } from './authorization.ts'
import type { LiveHandlerOptions } from './live-handler-options.ts'

/** The permission of a request that may pass. */
export interface LivePermission {
  /** The symbols that the request is narrowed to. Undefined if it is not. */
  readonly symbols: ReadonlySet<string> | undefined
}

/**
 * Asks `authorize` about a request. Returns what it may follow, or the response to send instead.
 *
 * @throws Refusal if the request may not pass
 * @throws ConfigurationError if `authorize` returns anything else
 */
export async function authorizeLive(
  request: Request,
  authorize: LiveHandlerOptions['authorize'],
): Promise<LivePermission | Response> {
  const result: unknown = authorize === undefined ? true : await authorize(request)
  const symbols = isRecord(result) && !isResponse(result) ? result['symbols'] : undefined
  if (Array.isArray(symbols)) return { symbols: new Set(symbols) }
  return readAuthorization(result) ?? { symbols: undefined }
}
