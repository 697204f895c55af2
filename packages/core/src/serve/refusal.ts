import { defaultType } from '../errors/find-row.ts'
import type { WireError } from '../errors/error-to-wire.ts'

/** An error that refuses a request. The caller gets its message. */
export class Refusal extends Error {
  readonly #status: number
  readonly #type: string
  readonly #headers: Record<string, string>

  /** @param type default: the one that the protocol has for the status */
  constructor(
    status: number,
    message: string,
    headers: Record<string, string> = {},
    type: string = defaultType(status),
  ) {
    super(message)
    this.#status = status
    this.#type = type
    this.#headers = headers
  }

  /** Returns the response to send: an error in the documented shape, with this status. */
  toResponse(): Response {
    const wire = { error: { type: this.#type, message: this.message } }
    return errorResponse(this.#status, wire, this.#headers)
  }
}

/** Returns the type for a refusal with a status that the protocol does not have, such as 405 or 413. */
export function invalidRequest(): string {
  return defaultType(400)
}

/** Creates the response for an error. */
export function errorResponse(
  status: number,
  wire: WireError,
  headers: Record<string, string>,
): Response {
  return Response.json(wire, { status, headers: { 'cache-control': 'no-store', ...headers } })
}
