import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

/**
 * When a connection failed.
 *
 * - `connect`: before the response headers
 * - `redirect`: the server redirected to an address that this SDK does not follow
 * - `body`: while the answer was being read
 */
export type ConnectionPhase = 'connect' | 'redirect' | 'body'

/** The connection to the server failed. `cause` is the error that the runtime threw. */
export class ConnectionError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'ConnectionError'

  declare readonly code: 'connection_error' | 'stream_interrupted'
  /** When it failed. */
  readonly phase: ConnectionPhase

  constructor(
    message: string,
    phase: ConnectionPhase,
    options: VecTradeErrorOptions = {},
    code: ConnectionError['code'] = 'connection_error',
  ) {
    super(message, code, { retryable: phase !== 'redirect', ...options })
    this.phase = phase
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), phase: this.phase }
  }
}

/**
 * The body ended before the answer was complete. `partial` has what had arrived.
 *
 * The connection may have been reset, or closed normally. Both give this error, because either can happen when a
 * server or a proxy fails.
 */
export class StreamInterruptedError extends ConnectionError {
  /** @internal */
  static override readonly errorClass: string = 'StreamInterruptedError'

  declare readonly code: 'stream_interrupted'

  constructor(options: VecTradeErrorOptions = {}) {
    super('The stream ended before the answer did', 'body', options, 'stream_interrupted')
  }
}
