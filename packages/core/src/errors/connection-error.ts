import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

/**
 * Where a connection failed: `connect`, before response headers; `redirect`, the server pointed
 * somewhere this SDK does not follow; `body`, while the answer was being read.
 */
export type ConnectionPhase = 'connect' | 'redirect' | 'body'

/** The network failed, not VecTrade; `cause` is the runtime's own error. */
export class ConnectionError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'ConnectionError'

  declare readonly code: 'connection_error' | 'stream_interrupted'
  /** Where it failed. */
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
 * The body ended before the answer did, by a reset or by a clean-looking end; what had arrived is
 * in `partial`. Which of the two a broken server or proxy causes is chance, so both are this class.
 */
export class StreamInterruptedError extends ConnectionError {
  /** @internal */
  static override readonly errorClass: string = 'StreamInterruptedError'

  declare readonly code: 'stream_interrupted'

  constructor(options: VecTradeErrorOptions = {}) {
    super('The stream ended before the answer did', 'body', options, 'stream_interrupted')
  }
}

/** `headers`: no response headers; `idle`: no event; `heartbeat`: not a single byte. */
export type TimeoutPhase = 'headers' | 'idle' | 'heartbeat'

const waitedFor: Record<TimeoutPhase, string> = {
  headers: 'response headers (option `timeout`)',
  idle: 'an event (option `idleTimeout`)',
  heartbeat: 'a single byte (option `heartbeatTimeout`)',
}

/** Nothing came for as long as the option of this phase allows. */
export class TimeoutError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'TimeoutError'

  declare readonly code: 'timeout'
  /** What was waited for. */
  readonly phase: TimeoutPhase

  /** @param ms how long was waited, in milliseconds */
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
