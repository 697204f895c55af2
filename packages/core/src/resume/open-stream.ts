import { type Abortable, AbortSource } from '../lifetime/abort-source.ts'
import { APIError, AuthenticationError, NotFoundError } from '../errors/api-error.ts'
import { StreamResumeError } from '../errors/stream-resume-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import type { StreamSource } from '../stream/stream-source.ts'
import type { CallWithLimits } from '../http/call.ts'
import { send } from '../http/send.ts'
import { streamResponseOf } from '../http/stream-response.ts'
import { singleHeader } from '../errors/single-header.ts'
import { openEventStream } from '../stream/open-event-stream.ts'
import { closeBody } from '../http/read-body.ts'
import { headerOfId } from '../options/last-event-id.ts'
import { Reconnection } from './reconnection.ts'
import { type StreamConnection, ResumingSource, type StreamEndpoint } from './resuming-source.ts'
import { streamUrl } from '../store/stream-id.ts'

/**
 * Sends a prompt to an endpoint. If the endpoint stores the stream, the source resumes after a cut, without sending the
 * prompt again.
 */
export async function openAtEndpoint(
  call: CallWithLimits,
  signal: Abortable,
): Promise<StreamSource> {
  const response = await send(call, signal)
  // The source lives as long as the stream, and the prompt may be large.
  const sent = { ...call, body: undefined }
  const reconnection = new Reconnection(signal, call.network, call.maxRetryAfter)
  const id = singleHeader(response.headers, 'x-vectrade-stream-id')
  if (!id) return openEventStream(response, call, signal)
  const reader = await openEventStream(response, readerOptions(call, reconnection), signal)
  const endpoint = new StoredStreamEndpoint(sent, id, reconnection)
  return new ResumingSource(endpoint, { response: reader.response, reader }, '', sent, reconnection)
}

/** Resumes a stream that an endpoint stores. */
export async function openResumed(
  call: CallWithLimits,
  id: string,
  lastEventId: string,
  signal: Abortable,
): Promise<StreamSource> {
  const reconnection = new Reconnection(signal, call.network, call.maxRetryAfter)
  const endpoint = new StoredStreamEndpoint(call, id, reconnection)
  const connection = await endpoint.connect(lastEventId)
  return new ResumingSource(endpoint, connection, lastEventId, call, reconnection)
}

class StoredStreamEndpoint implements StreamEndpoint {
  readonly id: string
  readonly #call: CallWithLimits
  readonly #reconnection: Reconnection

  constructor(call: CallWithLimits, id: string, reconnection: Reconnection) {
    // The reconnection counts the attempts, because it knows which ones brought new events.
    this.#call = { ...call, maxRetries: 0 }
    this.id = id
    this.#reconnection = reconnection
  }

  async connect(lastEventId: string, problem?: VecTradeError): Promise<StreamConnection> {
    let cause = problem
    for (;;) {
      if (cause !== undefined) {
        this.#call.watcher?.onRetry(cause)
        await this.#reconnection.pause(cause)
      }
      try {
        return await this.#reconnection.attempt((signal) => this.#get(lastEventId, signal))
      } catch (error) {
        cause = retryableOrThrow(error)
      }
    }
  }

  stop(): Promise<void> {
    return stopStream(this.#call, this.id)
  }

  async #get(lastEventId: string, signal: Abortable): Promise<StreamConnection> {
    const call = streamCall(this.#call, this.id, 'GET')
    const headers = {
      ...call.headers,
      ...(lastEventId && { 'last-event-id': headerOfId(lastEventId) }),
    }
    const response = await send({ ...call, headers }, signal)
    if (response.status === 204) {
      closeBody(response.body)
      return { response: streamResponseOf(response, call.secrets), reader: undefined }
    }
    const options = readerOptions(this.#call, this.#reconnection)
    const reader = await openEventStream(response, options, signal)
    return { response: reader.response, reader }
  }
}

/** Tells an endpoint to end an answer. It is no error if the stream does not exist any more. */
export async function stopStream(call: CallWithLimits, id: string): Promise<void> {
  // The signal of the stream is already aborted.
  const signal = new AbortSource()
  const stop = { ...streamCall(call, id, 'DELETE'), maxRetries: 2 }
  const response = await send(stop, signal).catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error
  })
  closeBody(response?.body)
}

function streamCall(call: CallWithLimits, id: string, method: 'GET' | 'DELETE'): CallWithLimits {
  const { 'idempotency-key': _, 'content-type': __, ...headers } = call.headers
  return { ...call, headers, method, url: streamUrl(call.url, id), body: undefined }
}

function readerOptions(
  { maxEventBytes, secrets, ownEvents }: CallWithLimits,
  reconnection: Reconnection,
): Parameters<typeof openEventStream>[1] {
  return { maxEventBytes, secrets, ownEvents, onRetry: (ms) => reconnection.setRetry(ms) }
}

/** Returns the error if another attempt may succeed. @throws the error if not, or a StreamResumeError after a 404 */
function retryableOrThrow(error: unknown): VecTradeError {
  if (error instanceof NotFoundError) {
    throw new StreamResumeError('The stream does not exist, or has expired', { cause: error })
  }
  if (error instanceof AuthenticationError || !VecTradeError.isInstance(error)) throw error
  if (!error.retryable || (error instanceof APIError && error.status === undefined)) throw error
  return error
}
