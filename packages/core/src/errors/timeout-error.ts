import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

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
