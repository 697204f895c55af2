import type { WireError } from '../errors/error-to-wire.ts'

/** An error that refuses a request. The caller gets its message. */
export class Refusal extends Error {
  readonly #status: number
  readonly #type: string
  readonly #headers: Record<string, string>

  constructor(status: number, type: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.#status = status
    this.#type = type
    this.#headers = headers
  }

  toResponse(): Response {
    const wire = { error: { type: this.#type, message: this.message } }
    return errorResponse(this.#status, wire, this.#headers)
  }
}

/** Creates the response for an error. */
export function errorResponse(
  status: number,
  wire: WireError,
  headers: Record<string, string>,
): Response {
  return Response.json(wire, { status, headers: { 'cache-control': 'no-store', ...headers } })
}
