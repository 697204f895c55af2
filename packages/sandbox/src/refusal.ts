/** Thrown inside the handler where a request is answered with an error the client can act on. */
export class Refusal extends Error {
  readonly status: number
  /** `error.type` on the wire; `undefined` takes the one that belongs to the status. */
  readonly type: string | undefined
  /** The code on the wire, in shapes that have one; `undefined` takes the type. */
  readonly code: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    more: { type?: string; code?: string; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.status = status
    this.type = more.type
    this.code = more.code
    this.headers = more.headers ?? {}
  }
}
