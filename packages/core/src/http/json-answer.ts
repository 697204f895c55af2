import type { Abortable } from '../lifetime/abort-source.ts'
import type { Analysis } from '../events/analysis.ts'
import type { Secrets } from '../errors/clean.ts'
import { errorFromWire, isErrorPayload } from '../errors/error-from-wire.ts'
import { errorInJson } from './error-from-response.ts'
import { isRecord, parseJson } from '../events/json.ts'
import { errorFromThrown } from '../errors/error-from-thrown.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import type { Citation } from '../events/stream-event.ts'
import { readUsage } from '../events/wire.ts'
import type { FetchResponse } from '../options/runtime.ts'
import { streamResponseOf } from './stream-response.ts'
import { closeBody, readBody } from './read-body.ts'

/**
 * Reads the JSON answer to a call that does not stream. The text is in `content`, as in a text event, or in
 * `text`.
 *
 * For `idleTimeout` and `maxEventBytes`, the whole answer is one event.
 *
 * @throws APIError, StreamProtocolError, StreamInterruptedError, TimeoutError (`heartbeat`, `idle`)
 */
export async function readAnalysis(
  response: FetchResponse,
  limits: {
    maxEventBytes: number
    idleTimeout: number
    heartbeatTimeout: number
    secrets: Secrets
  },
  signal: Abortable,
): Promise<Analysis> {
  const { requestId, headers } = streamResponseOf(response, limits.secrets)
  if (response.status !== 200) {
    const said = await errorInJson(response, limits.secrets, signal)
    closeBody(response.body)
    if (said !== undefined) throw said
    throw new StreamProtocolError(`Expected status 200, got ${response.status}`, { requestId })
  }
  const { maxEventBytes: maxBytes, heartbeatTimeout: silence, idleTimeout: deadline } = limits
  const body = await readBody(response.body, { maxBytes, silence, deadline }, signal).catch(
    (error: unknown) => {
      throw errorFromThrown(error, 'body')
    },
  )
  if (body.ended === 'silent') throw new TimeoutError('heartbeat', silence, { requestId })
  if (body.ended === 'late') throw new TimeoutError('idle', deadline, { requestId })
  if (body.ended === 'too-large') {
    throw new StreamProtocolError(
      `The answer is over the limit of ${maxBytes} bytes (option \`maxEventBytes\`)`,
      { requestId },
    )
  }
  const answer = parseJson(body.text)
  if (isErrorPayload(answer, headers)) {
    throw errorFromWire(answer, { headers, requestId, secrets: limits.secrets })
  }
  const text = isRecord(answer) ? (answer['content'] ?? answer['text']) : undefined
  if (!isRecord(answer) || typeof text !== 'string') {
    throw new StreamProtocolError("The answer is not an analysis: is `baseURL` VecTrade's API?", {
      requestId,
    })
  }
  const { citations, metadata, usage } = answer
  return {
    text,
    citations: Array.isArray(citations) ? citations.filter(isCitation) : [],
    metadata: isRecord(metadata) ? metadata : {},
    usage: readUsage(usage),
    requestId,
  }
}

function isCitation(value: unknown): value is Citation & Record<string, unknown> {
  return isRecord(value) && typeof value['source'] === 'string' && typeof value['url'] === 'string'
}
