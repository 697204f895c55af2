import { VecTradeError } from './vectrade-error.ts'

/** The stream has already been read. A stream can be read once; call `tee()` first to read it twice. */
export class StreamConsumedError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamConsumedError'

  declare readonly code: 'stream_consumed'

  constructor(message = 'This stream is already used: a stream is read once, tee() gives two') {
    super(message, 'stream_consumed')
  }
}
