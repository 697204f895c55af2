import type { ErrorShape } from './error-body.ts'

/** What a refusal can say besides its status and message. */
interface RefusalDetails {
  /** `error.type` on the wire. Default: the type that belongs to the status. */
  type?: string | undefined
  /** The code on the wire, in shapes that have one. Default: the type. */
  code?: string | undefined
  /** Default: the server's `errorShape`. */
  shape?: ErrorShape | undefined
  /** Seconds, in the error's JSON alone. */
  retryAfter?: number | undefined
  headers?: Readonly<Record<string, string>>
}

/** Thrown inside the handler where a request is answered with an error the client can act on. */
export class Refusal extends Error {
  readonly status: number
  readonly details: Readonly<RefusalDetails>

  constructor(status: number, message: string, details: RefusalDetails = {}) {
    super(message)
    this.status = status
    this.details = details
  }
}
