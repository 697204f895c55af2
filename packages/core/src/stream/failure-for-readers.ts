import { type APIError, ServerError, ServiceUnavailableError } from '../errors/api-error.ts'
import type { VecTradeErrorCode } from '../errors/error-code.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'

/**
 * The message, status and type that readers of a source get for an error of this SDK. The messages do not mention
 * VecTrade, unlike those of `errorTable`. The two tables are separate, because a shared one would make pages larger.
 */
const rows: Partial<Record<VecTradeErrorCode, readonly [string, number, string?]>> = {
  connection_error: ['The source of the answer could not be reached', 502],
  stream_interrupted: ['The answer was cut short', 502],
  timeout: ['The source of the answer did not answer in time', 504],
  stream_protocol_error: [
    'The source of the answer has answered in an unknown way',
    502,
    'bad_gateway',
  ],
  stream_store_error: ['The answer cannot be read any further', 503],
}

/** Returns the failure of a source as the readers of an endpoint may see it. */
export function failureForReaders(cause: unknown): APIError {
  const general = 'The source of the answer has failed'
  if (!VecTradeError.isInstance(cause)) return new ServerError({ message: general, cause })
  const { code, retryable, requestId } = cause
  const [message, status, type] = rows[code] ?? [general, 500]
  const Class = status === 500 ? ServerError : ServiceUnavailableError
  return new Class({ message, status, type, retryable, requestId, cause })
}
