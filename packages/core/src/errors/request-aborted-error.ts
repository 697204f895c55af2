import { VecTradeError } from './vectrade-error.ts'

/**
 * Your signal was aborted, the client is closed, or the stream was cancelled. If a signal was aborted, `cause` is its
 * reason.
 *
 * Cancelling ends an iteration without an error. Only the promises of the stream reject, such as `finalText()`.
 */
export class RequestAbortedError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'RequestAbortedError'

  declare readonly code: 'request_aborted'

  constructor(message = 'The request was aborted', options: { cause?: unknown } = {}) {
    super(message, 'request_aborted', options)
  }
}
