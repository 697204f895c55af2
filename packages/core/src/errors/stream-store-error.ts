import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

/**
 * `exists`: the stream has a producer; `superseded`: another producer has taken it over; `finished`:
 * it is at its end; `limit`: it, or the store, is full; `owner-limit`: no more streams may run
 * for its owner; `unavailable`: the store cannot be reached.
 */
export type StreamStoreProblem =
  | 'exists'
  | 'superseded'
  | 'finished'
  | 'limit'
  | 'owner-limit'
  | 'unavailable'

/** A store of streams did not do what a server asked of it. It says nothing of the stream's content. */
export class StreamStoreError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamStoreError'

  declare readonly code: 'stream_store_error'
  /** What went wrong. */
  readonly problem: StreamStoreProblem

  constructor(message: string, problem: StreamStoreProblem, options: VecTradeErrorOptions = {}) {
    super(message, 'stream_store_error', { retryable: problem === 'unavailable', ...options })
    this.problem = problem
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), problem: this.problem }
  }
}
