import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

/**
 * A stored stream cannot be resumed. Either the endpoint has no such stream for this caller, for example because it
 * has expired, or too many attempts in a row brought no new event. `cause` is the last error.
 */
export class StreamResumeError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamResumeError'

  declare readonly code: 'stream_resume_error'

  constructor(message: string, options: VecTradeErrorOptions = {}) {
    super(message, 'stream_resume_error', options)
  }
}
