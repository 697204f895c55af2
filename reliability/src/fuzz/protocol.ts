import type { StandardStream } from './standard.ts'

/** How an answer ends: complete, with an error of a class, broken off, or against the protocol. */
export interface Ending {
  kind: 'complete' | 'error' | 'interrupted' | 'wrong'
  /** The name of the error that a reader gets. */
  error?: string
}

/** An answer as the protocol defines it. */
export interface Answer {
  events: Readonly<Record<string, unknown>>[]
  /** The offset after the last byte of each event, and the last event ID in effect. */
  places: { end: number; id: string }[]
  ending: Ending
  /** The last event ID in effect at the end of the answer. */
  lastEventId: string
}

/** The classes of codes. Codes take precedence over types. */
const byCode: Readonly<Record<string, string>> = {
  invalid_api_key: 'AuthenticationError',
  missing_api_key: 'AuthenticationError',
  scope_denied: 'AuthenticationError',
  ai_access_denied: 'PaymentRequiredError',
  token_quota_exceeded: 'QuotaExceededError',
  ai_daily_limit_exceeded: 'QuotaExceededError',
  quota_exceeded: 'QuotaExceededError',
}

/** The classes of types. */
const byType: Readonly<Record<string, string>> = {
  validation_error: 'ValidationError',
  invalid_request_error: 'ValidationError',
  authentication_error: 'AuthenticationError',
  permission_error: 'AuthenticationError',
  payment_required: 'PaymentRequiredError',
  not_found: 'NotFoundError',
  rate_limit_error: 'RateLimitError',
  server_error: 'ServerError',
  bad_gateway: 'ServiceUnavailableError',
  service_unavailable: 'ServiceUnavailableError',
}

/** Reads an answer message by message, as the sections "Event stream" and "Errors" of the protocol say. */
export function readAnswer(stream: StandardStream): Answer {
  const events: Answer['events'] = []
  const places: Answer['places'] = []
  const ending = (kind: Ending['kind'], lastEventId: string, error?: string): Answer => ({
    events,
    places,
    ending: error === undefined ? { kind } : { kind, error },
    lastEventId,
  })
  for (const { event: name, data, id, end } of stream.messages) {
    const isUnnamed = name === '' || name === 'message'
    // "`data: [DONE]` ends a stream as well." An event that is an error by its name stays one.
    if (data === '[DONE]' && name !== 'error') return ending('complete', id)
    // "An event with empty `data` is skipped (its `id` counts)." White space is empty.
    if (data.trim() === '') continue
    const payload = jsonOf(data)
    const isMarked = name === 'error' || field(payload, 'type') === 'error'
    // "In an unnamed, `message` or `error` event, a payload without `type` that has an `error` (an
    // object, or a string beside a `message`) or an `error_code` is an error too."
    if (isMarked || (isUnnamed && hasError(payload))) {
      return ending('error', id, classOf(payload))
    }
    // "A named event whose data is not JSON is an `unknown` event with the text as `data`. Data that
    // is not JSON in an unnamed event is `StreamProtocolError`."
    if (payload === notJson && isUnnamed) return ending('wrong', id, 'StreamProtocolError')
    const event = eventOf(name, payload === notJson ? data : payload)
    events.push(event)
    places.push({ end, id })
    if (event['type'] === 'done') return ending('complete', id)
  }
  if (stream.isRefused) return ending('wrong', stream.lastEventId, 'StreamProtocolError')
  // "A body that ends before either is a broken answer, not a complete one."
  return ending('interrupted', stream.lastEventId, 'StreamInterruptedError')
}

const notJson = Symbol('not JSON')

function jsonOf(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return notJson
  }
}

/** Returns a payload's own field if the payload is a JSON object. */
function field(payload: unknown, name: string): unknown {
  return isObject(payload) && Object.hasOwn(payload, name) ? payload[name] : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasError(payload: unknown): boolean {
  if (typeof field(payload, 'type') === 'string') return false
  const error = field(payload, 'error')
  if (isObject(error)) return true
  if (typeof error === 'string' && typeof field(payload, 'message') === 'string') return true
  const code = field(payload, 'error_code')
  return typeof code === 'string' && code !== ''
}

/** Returns the class of the first code in the tables, else of the first type. */
function classOf(payload: unknown): string {
  const inner = field(payload, 'error')
  const error = isObject(inner) ? inner : payload
  const names = [field(error, 'type'), field(error, 'error_code'), inner].map(withoutMarks)
  const first = names.find((name) => name !== undefined && name !== '' && name !== 'error')
  if (first === 'stream_interrupted') return 'StreamInterruptedError'
  for (const table of [byCode, byType]) {
    for (const name of names) {
      if (name !== undefined && Object.hasOwn(table, name)) return table[name]!
    }
  }
  return 'APIError'
}

/** Returns a name as errors have it: without white space and invisible characters at its ends. */
function withoutMarks(name: unknown): string | undefined {
  return typeof name === 'string'
    ? name.replaceAll(/^[\s\p{Cc}\p{Cf}\p{Cs}]+|[\s\p{Cc}\p{Cf}\p{Cs}]+$/gu, '')
    : undefined
}

/** "One JSON object per event in `data`": the table of types. */
function eventOf(name: string, payload: unknown): Record<string, unknown> {
  const type = field(payload, 'type')
  if (isObject(payload)) {
    const { content, source, url } = payload
    if (type === 'text' && typeof content === 'string') return payload
    const isCitation = typeof source === 'string' && typeof url === 'string'
    if ((type === 'citation' && isCitation) || type === 'metadata') {
      return { ...payload, content: '' }
    }
    if (type === 'done') return { ...payload, ...usageOf(payload['usage']), content: '' }
  }
  const wireType = typeof type === 'string' ? type : name
  return { type: 'unknown', content: '', wireType, data: payload }
}

/** "`promptTokens`, `completionTokens`, `totalTokens`: read as the same fields, the sent ones kept." */
function usageOf(usage: unknown): { usage?: unknown } {
  if (!isObject(usage)) return {}
  const read: Record<string, unknown> = { ...usage }
  for (const [name, other] of [
    ['prompt_tokens', 'promptTokens'],
    ['completion_tokens', 'completionTokens'],
    ['total_tokens', 'totalTokens'],
  ] as const) {
    if (typeof usage[name] !== 'number' && typeof usage[other] === 'number') {
      read[name] = usage[other]
    }
  }
  return { usage: read }
}
