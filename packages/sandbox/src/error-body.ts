import { membersOf } from './members-of.ts'

/** A shape that the JSON of the API's errors can have. */
export type ErrorShape = 'documented' | 'flat' | 'problem' | 'gateway'

/** All error shapes. */
export const errorShapes: readonly ErrorShape[] = membersOf<ErrorShape>({
  documented: true,
  flat: true,
  problem: true,
  gateway: true,
})

/** The content of an error, in any of the API's shapes. */
export interface ErrorFacts {
  status: number | undefined
  type: string
  /** The code, for the shapes that have one. Default: the type. */
  code?: string | undefined
  message: string
  /** Seconds. The field is `retry_after`, or `retry_after_seconds` in the gateway's shape. */
  retryAfter?: number | undefined
  requestId?: string | undefined
  /** More fields. They replace fields of the same name. */
  fields?: Readonly<Record<string, unknown>> | undefined
}

/** Returns an error in one of the API's shapes, or with only its `message`. */
export function errorBody(
  shape: ErrorShape | 'message',
  facts: ErrorFacts,
): Record<string, unknown> {
  const { status, type, code = type, message, retryAfter, requestId, fields } = facts
  const wait = retryAfter === undefined ? {} : { retry_after: retryAfter }
  switch (shape) {
    case 'documented':
      return {
        error: { type, message, ...wait, ...fields },
        ...(requestId === undefined ? {} : { request_id: requestId }),
      }
    case 'flat':
      return { error_code: code, message, details: { simulated: true }, ...wait, ...fields }
    case 'problem':
      return {
        type: `https://errors.example.com/${type}`,
        title: type,
        detail: message,
        ...(status === undefined ? {} : { status }),
        ...wait,
        ...fields,
      }
    case 'gateway': {
      const seconds = retryAfter === undefined ? {} : { retry_after_seconds: retryAfter }
      return { error: code, message, ...seconds, ...fields }
    }
    case 'message':
      return { message, ...wait, ...fields }
  }
}

/** Returns the media type of a shape. */
export function errorContentType(shape: ErrorShape): string {
  return shape === 'problem' ? 'application/problem+json' : 'application/json'
}

/** Returns the usual shape if it can contain the code, otherwise the gateway's shape. */
export function shapeWithCode(code: string | undefined, usual: ErrorShape): ErrorShape {
  const hasRoom = usual === 'flat' || usual === 'gateway'
  return code === undefined || hasRoom ? usual : 'gateway'
}

/** Returns the `error.type` that belongs to a status. */
export function errorType(status: number): string {
  return types[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error')
}

const types: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'payment_required',
  403: 'permission_error',
  404: 'not_found',
  422: 'validation_error',
  429: 'rate_limit_error',
  500: 'server_error',
  502: 'bad_gateway',
  503: 'service_unavailable',
  504: 'service_unavailable',
}
