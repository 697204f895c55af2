import { VecTradeError } from './vectrade-error.ts'

/**
 * Your signal was aborted, the client was closed, or the stream was cancelled before its answer was complete. If a
 * signal was aborted, `cause` is its reason.
 */
export class RequestAbortedError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'RequestAbortedError'

  declare readonly code: 'request_aborted'

  constructor(message = 'The request was aborted', options: { cause?: unknown } = {}) {
    super(message, 'request_aborted', options)
  }
}
