import { isRecord } from '../events/json.ts'
import { mimeType } from './mime-type.ts'
import { retryAfterSeconds } from './retry-after.ts'
import type { APIError } from './api-error.ts'
import { clean, longestText, type Secrets } from './clean.ts'
import { errorTable } from './error-table.ts'
import { defaultType, findRow, isGatewayCode, isRetryable, knownName } from './find-row.ts'

/** Where an error payload came from. */
export interface ErrorContext {
  /** The response's status; undefined for an error that came inside a stream. */
  status?: number | undefined
  headers?: Headers | undefined
  requestId?: string | undefined
  /** Removed from all texts of the server. */
  secrets?: Secrets
  /** Advice of ours to add to the server's words. */
  hint?: string | undefined
}

/** RFC 9457: the body is an error, whatever is in it. */
const problemJson = 'application/problem+json'

/** The error of an error payload, in any of the protocol's shapes or none of them. */
export function apiError(payload: unknown, context: ErrorContext): APIError {
  const said = readFields(payload, context.secrets)
  const { headers, hint } = context
  const status = context.status ?? said.status
  const retryAfter = (headers && retryAfterSeconds(headers)) ?? said.retryAfter
  const row = namesQuota(said, status) ? errorTable.quota_exceeded[0] : findRow(status, said.names)
  return new row[0]({
    message: said.message ?? defaultMessage(context.status, said.names[0]),
    type: said.names[0] ?? defaultType(status),
    retryable: isRetryable(row, status, headers),
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
 * Whether a payload is an error, in a stream or with a success status. A payload with a `type` is
 * an error only if that is `error`. In an RFC 9457 body, which is always an error, `type` names
 * the error.
 *
 * @param headers of the response, where the payload is its whole body
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
 * Whether an error means a quota although its code does not say so: the gateway uses `AUTH_002` for a
 * missing scope and for a used-up quota, and only the message tells them apart. A `type` of the
 * protocol needs no such guess.
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
  /** Names for the error, the most important first. */
  names: string[]
  message?: string | undefined
  errorCode?: string | undefined
  details?: unknown
  docsUrl?: string | undefined
  retryAfter?: number | undefined
  requestId?: string | undefined
  status?: number | undefined
}

/** Reads the fields of all shapes by name: no two shapes use one name for different things. */
function readFields(payload: unknown, secrets: Secrets): Said {
  if (!isRecord(payload)) return { names: [] }
  const error = isRecord(payload['error']) ? payload['error'] : payload
  const name = (value: unknown, longest?: number): string | undefined =>
    (typeof value === 'string' && clean(value, secrets, longest)) || undefined
  const text = (value: unknown): string | undefined => name(value, longestText)
  const title = text(error['title'])
  const prose = text(error['message']) ?? text(error['detail']) ?? title
  const said = name(payload['error'])
  // The gateway's shape has its code where another server may have a sentence.
  const isGateway = said !== undefined && (prose !== undefined || knownName(said))
  const errorCode = name(error['error_code']) ?? (isGateway ? said : undefined)
  // Where `type` only marks an error event, the title of RFC 9457 may have the name.
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

/** The gateway's fields except code and message, as sent; undefined if there are none. */
function gatewayDetails(payload: Record<string, unknown>): Record<string, unknown> | undefined {
  const { error: _, message: __, ...details } = payload
  if (details['type'] === 'error') delete details['type']
  return Object.keys(details).length === 0 ? undefined : details
}

/** An RFC 9457 type is a URI: the API's own name is its last segment. `error` only marks the event. */
function typeName(name: string | undefined): string | undefined {
  if (name === undefined || name === 'error' || name === 'about:blank') return undefined
  const last = name.split(/[/#]/).reduce((before, part) => part || before)
  return knownName(last.toLowerCase().replaceAll('-', '_')) ?? name
}

function seconds(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined
}
