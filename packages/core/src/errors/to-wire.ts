import { APIError } from './api-error.ts'
import { leadsTo } from './from.ts'
import { VecTradeError } from './vectrade-error.ts'

/** The documented shape of an error on the wire. */
export interface WireError {
  error: { type: string; message: string; docs_url?: string; retry_after?: number }
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
 * An error as it is told to whoever reads our stream: API errors as they came, our own failures in
 * general terms, and of any other exception only that there was one.
 */
export function errorToWire(error: unknown): WireError {
  const failed = { type: 'server_error', message: 'The analysis failed' }
  if (!VecTradeError.isInstance(error)) return { error: failed }
  const wire: WireError = { error: { ...(wireByCode.get(error.code) ?? failed) } }
  if (error.requestId !== undefined) wire.request_id = error.requestId
  if (error instanceof APIError) {
    // The class has to come out of the type alone: of another one, its own name is sent.
    wire.error = {
      type: leadsTo(error.type, error) ? error.type : error.code,
      message: error.message,
    }
    if (error.docsUrl !== undefined) wire.error.docs_url = error.docsUrl
    if (error.retryAfter !== undefined) wire.error.retry_after = error.retryAfter
  }
  return wire
}
