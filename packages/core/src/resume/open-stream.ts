import { type Abortable, AbortSource } from '../lifetime/abort-source.ts'
import { APIError, AuthenticationError, NotFoundError } from '../errors/api-error.ts'
import { StreamResumeError } from '../errors/stream-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import type { StreamSource } from '../stream/stream-source.ts'
import type { Settings } from '../options/options.ts'
import { type Call, send } from '../http/request.ts'
import { readResponse } from '../http/response.ts'
import { singleHeader } from '../errors/single-header.ts'
import { openEventStream } from '../stream/from-response.ts'
import { closeBody } from '../http/read-body.ts'
import { headerOfId } from '../options/last-event-id.ts'
import { Reconnection } from './reconnection.ts'
import { type StreamConnection, ResumingSource, type StreamEndpoint } from './resuming-source.ts'
import { streamIdHeader, streamUrl } from '../store/stream-id.ts'

/** A call with all that reading its answer goes by. */
export type CallWithLimits = Call & Omit<Settings, 'headers' | 'target' | 'isEndpoint'>

/** Asks an endpoint, once: a stream that it keeps is read on after a cut, any other one is not. */
export async function openAtEndpoint(
  call: CallWithLimits,
  signal: Abortable,
): Promise<StreamSource> {
  const response = await send(call, signal)
  const reconnection = new Reconnection(signal, call.network, call.maxRetryAfter)
  const id = singleHeader(response.headers, streamIdHeader)
  if (!id) return openEventStream(response, call)
  const reader = await openEventStream(response, withRetry(call, reconnection))
  const endpoint = new Endpoint(call, id, reconnection)
  return new ResumingSource(endpoint, { response: reader.response, reader }, '', call, reconnection)
}

/** Takes up a stream that an endpoint keeps. */
export async function openResumed(
  call: CallWithLimits,
  id: string,
  lastEventId: string,
  signal: Abortable,
): Promise<StreamSource> {
  const reconnection = new Reconnection(signal, call.network, call.maxRetryAfter)
  const endpoint = new Endpoint(call, id, reconnection)
  const connection = await endpoint.connect(lastEventId)
  return new ResumingSource(endpoint, connection, lastEventId, call, reconnection)
}

class Endpoint implements StreamEndpoint {
  readonly id: string
  readonly #call: CallWithLimits
  readonly #reconnection: Reconnection

  constructor(call: CallWithLimits, id: string, reconnection: Reconnection) {
    // Attempts are counted by the reconnection, which knows of events.
    this.#call = { ...call, maxRetries: 0 }
    this.id = id
    this.#reconnection = reconnection
  }

  async connect(lastEventId: string, problem?: VecTradeError): Promise<StreamConnection> {
    let cause = problem
    for (;;) {
      if (cause !== undefined) await this.#reconnection.pause(cause)
      try {
        return await this.#reconnection.attempt((signal) => this.#get(lastEventId, signal))
      } catch (error) {
        cause = mendable(error)
      }
    }
  }

  stop(): Promise<void> {
    return stopStream(this.#call, this.id)
  }

  async #get(lastEventId: string, signal: Abortable): Promise<StreamConnection> {
    const call = aboutStream(this.#call, this.id, 'GET')
    const headers = {
      ...call.headers,
      ...(lastEventId && { 'last-event-id': headerOfId(lastEventId) }),
    }
    const response = await send({ ...call, headers }, signal)
    if (response.status === 204) {
      closeBody(response.body)
      return { response: readResponse(response, call.secrets), reader: undefined }
    }
    const reader = await openEventStream(response, withRetry(this.#call, this.#reconnection))
    return { response: reader.response, reader }
  }
}

/** Has an endpoint end an answer. One that is over and gone is as good. */
export async function stopStream(call: CallWithLimits, id: string): Promise<void> {
  // The stream's own signal has ended with it.
  const signal = new AbortSource()
  const stop = { ...aboutStream(call, id, 'DELETE'), maxRetries: 2 }
  const response = await send(stop, signal).catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error
  })
  closeBody(response?.body)
}

function aboutStream(call: CallWithLimits, id: string, method: 'GET' | 'DELETE'): CallWithLimits {
  const { 'idempotency-key': _, 'content-type': __, ...headers } = call.headers
  return { ...call, headers, method, url: streamUrl(call.url, id), body: undefined }
}

function withRetry(
  { maxEventBytes, secrets }: CallWithLimits,
  reconnection: Reconnection,
): Parameters<typeof openEventStream>[1] {
  return { maxEventBytes, secrets, onRetry: (ms) => reconnection.setRetry(ms) }
}

/** An error that may be gone at the next attempt. @throws it otherwise */
function mendable(error: unknown): VecTradeError {
  if (error instanceof NotFoundError) {
    throw new StreamResumeError('There is no such stream, or none any more', { cause: error })
  }
  if (error instanceof AuthenticationError || !VecTradeError.isInstance(error)) throw error
  if (!error.retryable || (error instanceof APIError && error.status === undefined)) throw error
  return error
}
