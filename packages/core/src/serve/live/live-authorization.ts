import { isRecord } from '../../events/json.ts'
import { isResponse } from '../../http/is-response.ts'
import { checkSymbols } from '../../live/live-options.ts'
import { readAuthorization } from '../authorization.ts'
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
  if (isRecord(result) && !isResponse(result) && 'symbols' in result) {
    const { symbols } = result
    checkSymbols('authorize().symbols', symbols)
    return { symbols: new Set(symbols as string[]) }
  }
  const others = ', a Response or { symbols: […] }'
  return readAuthorization(result, others) ?? { symbols: undefined }
}
