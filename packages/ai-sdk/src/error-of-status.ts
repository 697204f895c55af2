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
import { retryAfterSeconds } from '@vectrade/core/adapter'
import { isObject } from './model-part.ts'

/** An error class, the message, and the fields that differ from the defaults of the class. */
type Row = readonly [
  Class: typeof APIError,
  message: string,
  other?: { readonly type: string; readonly retryable?: boolean },
]

const busy: Row = [ServiceUnavailableError, "The model's provider is not available"]
const failed: Row = [ServerError, "The model's provider has failed"]
const quota: Row = [QuotaExceededError, "The quota at the model's provider is used up"]
const refused: Row = [
  ValidationError,
  "The model's provider does not accept the request",
  { type: 'invalid_request_error' },
]

/** The errors by their HTTP status, with the types that VecTrade sends. */
const rows: Readonly<Record<number, Row>> = {
  401: [AuthenticationError, "The model's provider does not accept the key"],
  402: [PaymentRequiredError, "The model's provider asks for a payment"],
  403: [
    AuthenticationError,
    "The model's provider does not allow the request",
    { type: 'permission_error' },
  ],
  404: [NotFoundError, "The model's provider does not have the model"],
  408: [
    APIError,
    "The model's provider has waited too long",
    { type: 'request_timeout', retryable: true },
  ],
  409: [APIError, "The model's provider reports a conflict", { type: 'conflict', retryable: true }],
  429: [RateLimitError, "The model's provider gets too many requests"],
  500: failed,
  502: busy,
  503: busy,
  504: busy,
  // Anthropic's status for an overload.
  529: busy,
}

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
  const [Class, message, other] = isQuota(error)
    ? quota
    : (rows[status] ?? (status < 500 ? refused : failed))
  const headers = headersOf(error)
  return new Class({
    message,
    ...other,
    status: hasBegun ? undefined : status,
    headers,
    retryAfter: headers && retryAfterSeconds(headers),
  })
}

/** Whether a quota is used up, which OpenAI reports with the status of a rate limit. */
function isQuota(error: unknown): boolean {
  if (!isObject(error)) return false
  const data = error['data'] ?? bodyOf(error['responseBody']) ?? error
  if (!isObject(data)) return false
  const said = isObject(data['error']) ? data['error'] : data
  return said['code'] === 'insufficient_quota' || said['type'] === 'insufficient_quota'
}

/** Parses the body of a refusal. The packages of providers do not parse it if a field that they expect is missing. */
function bodyOf(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function headersOf(error: unknown): Headers | undefined {
  const headers = isObject(error) ? error['responseHeaders'] : undefined
  return isObject(headers) ? new Headers(headers as Record<string, string>) : undefined
}
