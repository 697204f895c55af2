import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

/** The caller's signal was aborted (`cause` is its reason) or the client was closed. */
export class RequestAbortedError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'RequestAbortedError'

  declare readonly code: 'request_aborted'

  constructor(message = 'The request was aborted', options: { cause?: unknown } = {}) {
    super(message, 'request_aborted', options)
  }
}

/** A stream is read once; `tee()` it first to read it twice. */
export class StreamConsumedError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamConsumedError'

  declare readonly code: 'stream_consumed'

  constructor(message = 'This stream is already used: a stream is read once, tee() gives two') {
    super(message, 'stream_consumed')
  }
}

/** What came is not the protocol: wrong content type, bad JSON, an event over the limit. */
export class StreamProtocolError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamProtocolError'

  declare readonly code: 'stream_protocol_error'

  constructor(message: string, options: VecTradeErrorOptions = {}) {
    super(message, 'stream_protocol_error', options)
  }
}

/** A stream cannot be taken up again where it was left. */
export class StreamResumeError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamResumeError'

  declare readonly code: 'stream_resume_error'

  constructor(message: string, options: VecTradeErrorOptions = {}) {
    super(message, 'stream_resume_error', options)
  }
}
