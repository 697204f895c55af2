import { APIError } from './api-error.ts'
import { isReadAs } from './class-table.ts'
import { VecTradeError } from './vectrade-error.ts'

/** The documented shape of an error on the wire. */
export interface WireError {
  error: {
    type: string
    message: string
    error_code?: string
    docs_url?: string
    retry_after?: number
  }
  request_id?: string
}

/**
 * By `code`: what our own failures are to someone further down, in the API's own types. Their own
 * messages speak of this server's network and options, which are no business of its clients.
 */
const wireByCode = new Map<string, WireError['error']>([
  ['connection_error', { type: 'service_unavailable', message: 'VecTrade could not be reached' }],
  ['stream_interrupted', { type: 'service_unavailable', message: 'The answer was cut short' }],
  ['timeout', { type: 'service_unavailable', message: 'VecTrade did not answer in time' }],
  [
    'stream_store_error',
    { type: 'service_unavailable', message: 'The answer cannot be read any further' },
  ],
  ['request_aborted', { type: 'service_unavailable', message: 'The request was aborted' }],
  [
    'stream_protocol_error',
    { type: 'bad_gateway', message: 'VecTrade answered in an unknown way' },
  ],
])

/**
 * The error that readers of our stream get: API errors as they came, our own failures in general
 * terms, and nothing of what any other exception says.
 *
 * @param status the HTTP status that it is sent with; undefined inside a stream
 */
export function errorToWire(error: unknown, status?: number): WireError {
  const failed = { type: 'server_error', message: 'The analysis failed' }
  if (!VecTradeError.isInstance(error)) return { error: failed }
  const wire: WireError = { error: { ...(wireByCode.get(error.code) ?? failed) } }
  if (error.requestId !== undefined) wire.request_id = error.requestId
  if (error instanceof APIError) {
    wire.error = {
      // If the reader would take the type for another class, the class's code is sent instead.
      type: isReadAs(status, error.type, error) ? error.type : error.code,
      message: ownWords(error),
    }
    if (error.errorCode !== undefined) wire.error.error_code = error.errorCode
    if (error.docsUrl !== undefined) wire.error.docs_url = error.docsUrl
    if (error.retryAfter !== undefined) wire.error.retry_after = error.retryAfter
  }
  return wire
}

/** What the server said, without our advice about this program's options. */
function ownWords({ message, hint }: APIError): string {
  return hint === undefined ? message : message.slice(0, -hint.length - 1)
}
