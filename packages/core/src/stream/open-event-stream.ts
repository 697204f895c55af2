import type { Abortable } from '../lifetime/abort-source.ts'
import { releaseBody } from '../lifetime/body-owner.ts'
import type { ByteStream } from '../lifetime/byte-stream.ts'
import { clean, type Secrets } from '../errors/clean.ts'
import { errorFromResponse, errorInJson } from '../http/error-from-response.ts'
import { StreamConsumedError } from '../errors/stream-consumed-error.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import { EventReader, type EventReaderOptions } from './event-reader.ts'
import type { FetchResponse } from '../options/runtime.ts'
import { mimeType } from '../errors/mime-type.ts'
import { type StreamResponse, streamResponseOf } from '../http/stream-response.ts'
import { closeBody } from '../http/read-body.ts'

/** Returns a reader of a response's events. @throws the error of the response, after closing its body */
export async function openEventStream(
  response: FetchResponse,
  options: EventReaderOptions,
  signal?: Abortable,
): Promise<EventReader> {
  const { body, info } = await bodyOfEvents(response, options.secrets, signal)
  return new EventReader(body, info, options)
}

/** Returns the body of an event stream. @throws the error of the response, after closing its body */
export async function bodyOfEvents(
  response: FetchResponse,
  secrets: Secrets | undefined,
  signal?: Abortable,
): Promise<{ body: ByteStream; info: StreamResponse }> {
  const info = streamResponseOf(response, secrets)
  if (response.bodyUsed || response.body?.locked) {
    if (response.body) releaseBody(response.body, false)
    throw new StreamConsumedError('The body of this response is already used')
  }
  if (response.status >= 400) throw await errorFromResponse(response, { secrets }, signal)
  const problem = protocolProblem(response, secrets)
  if (problem !== undefined && response.status < 300) {
    const error = await errorInJson(response, secrets, signal)
    if (error !== undefined) throw error
  }
  // In React Native, `body` is undefined.
  if (problem !== undefined || !response.body) {
    closeBody(response.body)
    throw new StreamProtocolError(problem ?? noBody, { requestId: info.requestId })
  }
  return { body: response.body, info }
}

const eventStream = 'text/event-stream'

const noBody =
  'The response has no body to stream. If fetch cannot stream, as in React Native, ' +
  'pass one that can in the option `fetch`, such as expo/fetch'

function protocolProblem(
  response: FetchResponse,
  secrets: Secrets | undefined,
): string | undefined {
  if (response.status !== 200) return `Expected status 200, got ${response.status}`
  const contentType = response.headers.get('content-type') ?? ''
  if (mimeType(contentType) === eventStream) return undefined
  return `Expected content type ${eventStream}, got ${clean(contentType, secrets, 100) || 'none'}. Is \`baseURL\` VecTrade's API, or \`endpoint\` one of yours?`
}
