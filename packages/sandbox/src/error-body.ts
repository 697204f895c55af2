/** What an error says, before it takes one of the API's shapes. */
export interface ErrorFacts {
  status: number | undefined
  type: string
  message: string
  /** Seconds; goes out as `retry_after`. */
  retryAfter?: number | undefined
  requestId?: string | undefined
}

/** The JSON of an error in one of the shapes that `protocol` knows, `message` being the barest. */
export function errorBody(
  shape: 'documented' | 'flat' | 'problem' | 'message',
  facts: ErrorFacts,
): Record<string, unknown> {
  const { status, type, message, retryAfter, requestId } = facts
  const wait = retryAfter === undefined ? {} : { retry_after: retryAfter }
  switch (shape) {
    case 'documented':
      return {
        error: { type, message, ...wait },
        ...(requestId === undefined ? {} : { request_id: requestId }),
      }
    case 'flat':
      return { error_code: type, message, details: { simulated: true }, ...wait }
    case 'problem':
      return {
        type: `https://errors.example.com/${type}`,
        title: type,
        detail: message,
        ...(status === undefined ? {} : { status }),
        ...wait,
      }
    case 'message':
      return { message, ...wait }
  }
}

/** The `error.type` that goes with a status. */
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
