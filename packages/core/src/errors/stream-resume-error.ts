import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

/** A stored stream cannot be resumed: it no longer exists, or too many attempts to reach it failed. */
export class StreamResumeError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamResumeError'

  declare readonly code: 'stream_resume_error'

  constructor(message: string, options: VecTradeErrorOptions = {}) {
    super(message, 'stream_resume_error', options)
  }
}
