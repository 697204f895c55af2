import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

/** The response does not follow the protocol: a wrong content type, invalid JSON, or an event over the limit. */
export class StreamProtocolError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamProtocolError'

  declare readonly code: 'stream_protocol_error'

  constructor(message: string, options: VecTradeErrorOptions = {}) {
    super(message, 'stream_protocol_error', options)
  }
}
