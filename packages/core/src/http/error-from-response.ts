import type { APIError } from '../errors/api-error.ts'
import type { Secrets } from '../errors/clean.ts'
import { errorFromWire, type ErrorContext, isErrorPayload } from '../errors/error-from-wire.ts'
import { mimeType } from '../errors/mime-type.ts'
import { parseJson } from '../events/json.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import type { FetchResponse } from '../options/runtime.ts'
import { readBody } from './read-body.ts'
import { streamResponseOf } from './stream-response.ts'

/** Information about an error that is not in the response. */
export interface ResponseErrorContext extends Pick<ErrorContext, 'secrets'> {
  /** Advice to add to the message of a 404. */
  notFoundHint?: string | undefined
}

/** How much of an error page to read, and for how long. Some are long, and some never end. */
const bodyLimits = { maxBytes: 64 * 1024, silence: 0, deadline: 2_000 }

/**
 * Creates the error of a response that is not a success. Reads a limited part of the body, then closes it.
 *
 * @param signal aborting it ends the reading
 */
export async function errorFromResponse(
  response: FetchResponse,
  { secrets, notFoundHint }: ResponseErrorContext = {},
  signal?: Abortable,
): Promise<APIError> {
  const { status, headers, requestId } = streamResponseOf(response, secrets)
  const hint = status === 404 ? notFoundHint : undefined
  const payload = await readPayload(response, signal)
  return errorFromWire(payload, { status, headers, requestId, secrets, hint })
}

/**
 * Creates the error of a JSON body that came with a success status. Returns undefined if the body is no
 * error. Does not read a body of another type. Like an error inside a stream, the error has no status.
 */
export async function errorInJson(
  response: FetchResponse,
  secrets: Secrets | undefined,
  signal?: Abortable,
): Promise<APIError | undefined> {
  const { headers, requestId } = streamResponseOf(response, secrets)
  if (!mayBeJson(headers.get('content-type') ?? '')) return undefined
  const payload = await readPayload(response, signal)
  return isErrorPayload(payload, headers)
    ? errorFromWire(payload, { headers, requestId, secrets })
    : undefined
}

/** Whether a body can be JSON. Some servers send JSON as plain text or without a type when they fail. */
function mayBeJson(contentType: string): boolean {
  const type = mimeType(contentType)
  return type === undefined || type === 'text/plain' || /[/+]json$/.test(type)
}

async function readPayload(
  response: FetchResponse,
  signal: Abortable | undefined,
): Promise<unknown> {
  const body = await readBody(response.body, bodyLimits, signal).catch(() => undefined)
  return body && parseJson(body.text)
}
