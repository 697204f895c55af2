import type { APIError } from '../errors/api-error.ts'
import type { Secrets } from '../errors/clean.ts'
import { apiError, type ErrorContext, isErrorPayload } from '../errors/from-wire.ts'
import { mimeType } from '../errors/mime-type.ts'
import { parseJson } from '../events/json.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import type { FetchResponse } from '../options/runtime.ts'
import { readBody } from './read-body.ts'
import { readResponse } from './response.ts'

/** What is known of a response besides itself. */
export interface ResponseErrorContext extends Pick<ErrorContext, 'secrets'> {
  /** Advice for a 404. */
  notFoundHint?: string | undefined
}

/** Error pages can be long and never end: this much of one is read, for at most this long. */
const bodyLimits = { maxBytes: 64 * 1024, silence: 0, deadline: 2_000 }

/**
 * The error of a response that is not a success. Reads a bounded part of its body and closes it.
 *
 * @param signal ends the reading when it is aborted
 */
export async function errorFromResponse(
  response: FetchResponse,
  { secrets, notFoundHint }: ResponseErrorContext = {},
  signal?: Abortable,
): Promise<APIError> {
  const { status, headers, requestId } = readResponse(response, secrets)
  const hint = status === 404 ? notFoundHint : undefined
  const payload = await readPayload(response, signal)
  return apiError(payload, { status, headers, requestId, secrets, hint })
}

/**
 * Returns the error in a JSON body that came with a success status; undefined if the body is no
 * error. A body that is not JSON stays unread. Like an error inside a stream, the result has no
 * status.
 */
export async function errorInJson(
  response: FetchResponse,
  secrets: Secrets,
  signal?: Abortable,
): Promise<APIError | undefined> {
  const { headers, requestId } = readResponse(response, secrets)
  if (!mayBeJson(headers.get('content-type') ?? '')) return undefined
  const payload = await readPayload(response, signal)
  return isErrorPayload(payload, headers)
    ? apiError(payload, { headers, requestId, secrets })
    : undefined
}

/** Servers that fail may say text, or nothing, about a body that is JSON; a page of HTML is none. */
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
