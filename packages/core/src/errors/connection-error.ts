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

/**
 * What did not arrive in time.
 *
 * - `headers`: the response headers (option `timeout`)
 * - `idle`: an event (option `idleTimeout`)
 * - `heartbeat`: a single byte (option `heartbeatTimeout`)
 */
export type TimeoutPhase = 'headers' | 'idle' | 'heartbeat'

const waitedFor: Record<TimeoutPhase, string> = {
  headers: 'response headers (option `timeout`)',
  idle: 'an event (option `idleTimeout`)',
  heartbeat: 'a single byte (option `heartbeatTimeout`)',
}

/** A time limit was reached. `phase` tells which one. */
export class TimeoutError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'TimeoutError'

  declare readonly code: 'timeout'
  /** What did not arrive in time. */
  readonly phase: TimeoutPhase

  /** @param ms the time limit in milliseconds */
  constructor(phase: TimeoutPhase, ms: number, options: VecTradeErrorOptions = {}) {
    super(`Timed out after ${ms} ms without ${waitedFor[phase]}`, 'timeout', {
      retryable: true,
      ...options,
    })
    this.phase = phase
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), phase: this.phase }
  }
}
