import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

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

/** A stored stream cannot be resumed: it no longer exists, or too many attempts to reach it failed. */
export class StreamResumeError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamResumeError'

  declare readonly code: 'stream_resume_error'

  constructor(message: string, options: VecTradeErrorOptions = {}) {
    super(message, 'stream_resume_error', options)
  }
}

/** Events of a live feed came faster than they were read, and its `delivery` does not allow dropping them. */
export class SlowConsumerError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'SlowConsumerError'

  declare readonly code: 'slow_consumer'

  /** @param buffer the most events that may wait */
  constructor(buffer: number) {
    super(`More than ${buffer} events wait to be read (option \`delivery.buffer\`)`, 'slow_consumer')
  }
}
