import type { ErrorShape } from './error-body.ts'

/** The parts of a refusal besides its status and message. */
interface RefusalDetails {
  /** The error's type. Default: the type that belongs to the status. */
  type?: string | undefined
  /** The error's code, for shapes that have one. Default: the type. */
  code?: string | undefined
  /** The error's shape. Default: the server's `errorShape`. */
  shape?: ErrorShape | undefined
  /** Seconds, sent only in the error's JSON. */
  retryAfter?: number | undefined
  headers?: Readonly<Record<string, string>>
}

/** Thrown inside the handler to answer a request with an error. */
export class Refusal extends Error {
  readonly status: number
  readonly details: Readonly<RefusalDetails>

  constructor(status: number, message: string, details: RefusalDetails = {}) {
    super(message)
    this.status = status
    this.details = details
  }
}
