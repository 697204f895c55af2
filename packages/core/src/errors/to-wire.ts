import { APIError } from './api-error.ts'
import { ConfigurationError } from './configuration-error.ts'
import { VecTradeError } from './vectrade-error.ts'

/** The documented shape of an error on the wire. */
export interface WireError {
  error: { type: string; message: string; docs_url?: string; retry_after?: number }
  request_id?: string
}

/** By `code`: what our own failures are to someone further down, in the API's own types. */
const typeByCode = new Map<string, string>([
  ['connection_error', 'service_unavailable'],
  ['stream_interrupted', 'service_unavailable'],
  ['timeout', 'service_unavailable'],
  ['request_aborted', 'service_unavailable'],
  ['stream_protocol_error', 'bad_gateway'],
])

/**
 * An error as it is told to whoever reads our stream. API errors pass; of our own failures the
 * message is ours and says nothing of this machine; what any other exception says is not sent.
 */
export function errorToWire(error: unknown): WireError {
  const wire: WireError = { error: { type: 'server_error', message: 'The analysis failed' } }
  // How this server is set up is no business of its clients.
  if (!VecTradeError.isInstance(error) || error instanceof ConfigurationError) return wire
  wire.error.message = error.message
  if (error.requestId !== undefined) wire.request_id = error.requestId
  if (error instanceof APIError) {
    wire.error.type = error.type
    if (error.docsUrl !== undefined) wire.error.docs_url = error.docsUrl
    if (error.retryAfter !== undefined) wire.error.retry_after = error.retryAfter
  } else {
    wire.error.type = typeByCode.get(error.code) ?? 'server_error'
  }
  return wire
}
