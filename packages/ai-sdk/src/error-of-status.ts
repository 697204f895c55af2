import {
  APIError,
  AuthenticationError,
  NotFoundError,
  PaymentRequiredError,
  QuotaExceededError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
  ValidationError,
} from '@vectrade/core'
import { isObject } from './model-part.ts'

type Row = readonly [Class: typeof APIError, type: string, retryable: boolean, message: string]

const busy: Row = [
  ServiceUnavailableError,
  'service_unavailable',
  true,
  "The model's provider is not available",
]
const failed: Row = [ServerError, 'server_error', true, "The model's provider has failed"]
const quota: Row = [
  QuotaExceededError,
  'quota_exceeded',
  false,
  "The quota at the model's provider is used up",
]

/** The errors by their HTTP status, with the types that VecTrade sends. */
const rows: Readonly<Record<number, Row>> = {
  401: [
    AuthenticationError,
    'authentication_error',
    false,
    "The model's provider does not accept the key",
  ],
  402: [PaymentRequiredError, 'payment_required', false, "The model's provider asks for a payment"],
  403: [
    AuthenticationError,
    'permission_error',
    false,
    "The model's provider does not allow the request",
  ],
  404: [NotFoundError, 'not_found', false, "The model's provider does not have the model"],
  408: [APIError, 'request_timeout', true, "The model's provider has waited too long"],
  409: [APIError, 'conflict', true, "The model's provider reports a conflict"],
  429: [RateLimitError, 'rate_limit_error', true, "The model's provider gets too many requests"],
  500: failed,
  502: busy,
  503: busy,
  504: busy,
  // Anthropic's status for an overload.
  529: busy,
}

const refused: Row = [
  ValidationError,
  'invalid_request_error',
  false,
  "The model's provider does not accept the request",
]

/** The names of providers' errors, and the HTTP status of each. Inside a stream, an error has only its name. */
const statusOfName: Readonly<Record<string, number>> = {
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  RESOURCE_EXHAUSTED: 429,
  overloaded_error: 529,
  UNAVAILABLE: 503,
  authentication_error: 401,
  invalid_api_key: 401,
  permission_error: 403,
  billing_error: 402,
  not_found_error: 404,
  model_not_found: 404,
  invalid_request_error: 400,
  context_length_exceeded: 400,
  timeout_error: 504,
  server_error: 500,
  api_error: 500,
}

/** Returns the HTTP status that an error has or means; undefined if it says none. */
export function statusOf(error: unknown): number | undefined {
  if (!isObject(error)) return undefined
  const { statusCode, code, type, status } = error
  for (const number of [statusCode, code, status]) {
    if (typeof number === 'number' && number >= 400 && number < 600) return number
  }
  for (const name of [code, type, status]) {
    if (typeof name === 'string' && Object.hasOwn(statusOfName, name)) return statusOfName[name]
  }
  return undefined
}

/**
 * Returns the error of this SDK for a status.
 *
 * @param hasBegun whether the answer has begun, so that the error is one inside a stream and has no status
 */
export function errorOfStatus(status: number, error: unknown, hasBegun = false): APIError {
  const [Class, type, retryable, message] = isQuota(error)
    ? quota
    : (rows[status] ?? (status < 500 ? refused : failed))
  const headers = headersOf(error)
  return new Class({
    message,
    type,
    retryable,
    status: hasBegun ? undefined : status,
    headers,
    retryAfter: headers && retryAfterOf(headers),
  })
}

/** Whether a quota is used up, which OpenAI reports with the status of a rate limit. */
function isQuota(error: unknown): boolean {
  if (!isObject(error)) return false
  const data = isObject(error['data']) ? error['data'] : error
  const said = isObject(data['error']) ? data['error'] : data
  return said['code'] === 'insufficient_quota' || said['type'] === 'insufficient_quota'
}

function headersOf(error: unknown): Headers | undefined {
  const headers = isObject(error) ? error['responseHeaders'] : undefined
  return isObject(headers) ? new Headers(headers as Record<string, string>) : undefined
}

/** Returns the seconds that the provider asks to wait. */
function retryAfterOf(headers: Headers): number | undefined {
  const ms = numberOf(headers.get('retry-after-ms'))
  if (ms !== undefined) return ms / 1000
  const value = headers.get('retry-after')
  const seconds = numberOf(value)
  if (seconds !== undefined) return seconds
  const date = Date.parse(value ?? '')
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000)
}

function numberOf(value: string | null): number | undefined {
  return value !== null && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : undefined
}
