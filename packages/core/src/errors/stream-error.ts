import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

/** The signal of the call was aborted, or the client was closed. `cause` is the reason of the signal. */
export class RequestAbortedError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'RequestAbortedError'

  declare readonly code: 'request_aborted'

  constructor(message = 'The request was aborted', options: { cause?: unknown } = {}) {
    super(message, 'request_aborted', options)
  }
}

/** The stream has already been read. A stream can be read once; call `tee()` first to read it twice. */
export class StreamConsumedError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamConsumedError'

  declare readonly code: 'stream_consumed'

  constructor(message = 'This stream is already used: a stream is read once, tee() gives two') {
    super(message, 'stream_consumed')
  }
}

/** The response does not follow VecTrade's protocol: a wrong content type, invalid JSON, or an event over the limit. */
export class StreamProtocolError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamProtocolError'

  declare readonly code: 'stream_protocol_error'

  constructor(message: string, options: VecTradeErrorOptions = {}) {
    super(message, 'stream_protocol_error', options)
  }
}

/** A stream cannot be resumed: it does not exist any more, or the events after the last one read are missing. */
export class StreamResumeError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamResumeError'

  declare readonly code: 'stream_resume_error'

  constructor(message: string, options: VecTradeErrorOptions = {}) {
    super(message, 'stream_resume_error', options)
  }
}
