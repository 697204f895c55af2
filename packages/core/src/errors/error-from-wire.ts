import { isRecord } from '../events/json.ts'
import { mimeType } from './mime-type.ts'
import { retryAfterSeconds } from './retry-after.ts'
import type { APIError } from './api-error.ts'
import { clean, longestText, type Secrets } from './clean.ts'
import { errorTable } from './error-table.ts'
import { defaultType, findRow, isGatewayCode, isRetryable, knownName } from './find-row.ts'

/** What is known about an error besides its payload. */
export interface ErrorContext {
  /** The response's status; undefined if the error came inside a stream. */
  status?: number | undefined
  headers?: Headers | undefined
  requestId?: string | undefined
  /** Replaced in all texts from the server. */
  secrets?: Secrets | undefined
  /** Advice of this SDK, added to the server's message. */
  hint?: string | undefined
}

/** The media type of RFC 9457. A body of this type is an error, whatever it contains. */
const problemJson = 'application/problem+json'

/** Returns the error that a payload describes, in any of the protocol's shapes. Any other payload gives an error too. */
export function errorFromWire(payload: unknown, context: ErrorContext): APIError {
  const said = readFields(payload, context.secrets)
  const { headers, hint } = context
  const status = context.status ?? said.status
  // Inside a stream, an error has no status, and the headers are not about it.
  const inHeaders = headers && retryAfterSeconds(headers)
  const retryAfter =
    context.status === undefined ? (said.retryAfter ?? inHeaders) : (inHeaders ?? said.retryAfter)
  const row = namesQuota(said, status) ? errorTable.quota_exceeded[0] : findRow(status, said.names)
  return new row[0]({
    message: said.message ?? defaultMessage(context.status, said.names[0]),
    type: said.names[0] ?? defaultType(status),
    retryable: isRetryable(row, context.status, headers),
    requestId: said.requestId ?? context.requestId,
    status: context.status,
    errorCode: said.errorCode,
    details: said.details,
    docsUrl: said.docsUrl,
    headers,
    retryAfter,
    hint,
  })
}

/**
 * Whether a payload inside a stream, or with a success status, is an error.
 *
 * A payload with a `type` is an error only if the type is `error`. An RFC 9457 body is always an error, and its `type`
 * is the name of the error.
 *
 * @param headers the response's headers, if the payload is its whole body
 */
export function isErrorPayload(payload: unknown, headers?: Headers): boolean {
  if (!isRecord(payload)) return false
  if (headers && mimeType(headers.get('content-type') ?? '') === problemJson) return true
  const { type, error, error_code: errorCode, message } = payload
  if (typeof type === 'string') return type === 'error'
  return (
    isRecord(error) ||
    (typeof error === 'string' && typeof message === 'string') ||
    (typeof errorCode === 'string' && errorCode !== '')
  )
}

/**
 * Whether the message, and not the code, tells that a quota is used up. The gateway uses `AUTH_002` for a missing
 * scope and for a used-up quota, so only the message tells them apart. An error with a `type` of the protocol needs no
 * such guess.
 */
function namesQuota({ names, errorCode, message }: Said, status: number | undefined): boolean {
  if (errorCode === undefined && knownName(names[0])) return false
  if (names.some(isGatewayCode)) return false
  const isPossible = status === undefined ? errorCode !== undefined : [403, 429].includes(status)
  return isPossible && /quota/i.test(message ?? '')
}

function defaultMessage(status: number | undefined, name: string | undefined): string {
  const what =
    status === undefined
      ? 'The stream reported an error'
      : `The server answered with status ${status}`
  return what + (name === undefined ? ' and did not say why' : `: ${name}`)
}

interface Said {
  /** The names of the error, the most important first. */
  names: string[]
  message?: string | undefined
  errorCode?: string | undefined
  details?: unknown
  docsUrl?: string | undefined
  retryAfter?: number | undefined
  requestId?: string | undefined
  status?: number | undefined
}

/** Reads the fields of all shapes. A field has the same meaning in each shape that has it. */
function readFields(payload: unknown, secrets: Secrets | undefined): Said {
  if (!isRecord(payload)) return { names: [] }
  const error = isRecord(payload['error']) ? payload['error'] : payload
  const name = (value: unknown, longest?: number): string | undefined =>
    (typeof value === 'string' && clean(value, secrets, longest)) || undefined
  const text = (value: unknown): string | undefined => name(value, longestText)
  const title = text(error['title'])
  const prose = text(error['message']) ?? text(error['detail']) ?? title
  const said = name(payload['error'])
  // The gateway sends its code in `error`, where another server may send a sentence.
  const isGateway = said !== undefined && (prose !== undefined || knownName(said))
  const errorCode = name(error['error_code']) ?? (isGateway ? said : undefined)
  // If `type` only says that the event is an error, the title of RFC 9457 may have the name.
  const names = [typeName(name(error['type'])), typeName(errorCode), knownName(title)]
  return {
    names: names.filter((each) => each !== undefined),
    message: prose ?? text(payload['error']),
    errorCode,
    details: isGateway && errorCode === said ? gatewayDetails(payload) : error['details'],
    docsUrl: text(error['docs']) ?? text(error['docs_url']) ?? text(error['upgrade_url']),
    retryAfter: seconds(error['retry_after']) ?? seconds(error['retry_after_seconds']),
    requestId: name(payload['request_id']) ?? name(error['request_id']),
    status: typeof error['status'] === 'number' ? error['status'] : undefined,
  }
}

/** Returns the gateway's fields except code and message, as sent; undefined if there are no others. */
function gatewayDetails(payload: Record<string, unknown>): Record<string, unknown> | undefined {
  const { error: _, message: __, ...details } = payload
  if (details['type'] === 'error') delete details['type']
  return Object.keys(details).length === 0 ? undefined : details
}

/**
 * Returns the name of an error from its `type`. In RFC 9457 the type is a URI whose last segment is the name. The type
 * `error` only says that the event is an error.
 */
function typeName(name: string | undefined): string | undefined {
  if (name === undefined || name === 'error' || name === 'about:blank') return undefined
  const last = name.split(/[/#]/).reduce((before, part) => part || before)
  return knownName(last.toLowerCase().replaceAll('-', '_')) ?? name
}

function seconds(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined
}
