import { refusalAnswer } from './answers.ts'
import { ConnectionCut } from './connection-cut.ts'
import type { Parts } from './parts.ts'
import { Refusal } from './refusal.ts'
import type { Exchange, SandboxConnection } from './request-log.ts'

/** A request, with its record and the headers of its answer. */
export interface Attended {
  request: Request
  connection: SandboxConnection
  exchange: Exchange
  /** Headers of every answer: the request's id, and what is added on the way. */
  headers: Record<string, string>
}

/**
 * Records a request, and turns what `answer` throws into a response.
 *
 * Rejects with a {@link ConnectionCut}, or with the reason of the request's signal.
 */
export async function attend<Answer>(
  { log, settings }: Parts,
  request: Request,
  connection: SandboxConnection,
  answer: (attended: Attended) => Promise<Answer>,
): Promise<Answer | Response> {
  const exchange = log.open(request, connection)
  const headers: Record<string, string> = { 'x-request-id': exchange.record.id }
  try {
    settings.onRequest?.(exchange.record)
    return await answer({ request, connection, exchange, headers })
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(exchange, headers, settings, error)
    if (ConnectionCut.isInstance(error)) {
      exchange.close('fault')
      throw error
    }
    if (request.signal.aborted) {
      exchange.close(request.signal.reason === 'sandbox' ? 'sandbox' : 'client')
      throw error
    }
    const refusal = new Refusal(500, `The sandbox itself failed: ${String(error)}`)
    return refusalAnswer(exchange, headers, settings, refusal)
  }
}
