import { VecTradeError } from './vectrade-error.ts'

/**
 * A stream, a feed or a body was read a second time. Each can be read once. To read a stream twice, call `tee()` first.
 */
export class StreamConsumedError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamConsumedError'

  declare readonly code: 'stream_consumed'

  constructor(message = 'This stream is already used: read it once, or call tee() first') {
    super(message, 'stream_consumed')
  }
}
