import { type VecTradeErrorOptions, VecTradeError } from './vectrade-error.ts'

/**
 * Why a store refused or failed.
 *
 * - `exists`: the stream has ended, or its producer is alive
 * - `superseded`: another producer has taken the stream over
 * - `finished`: the stream has ended or expired
 * - `limit`: the stream or the store is full
 * - `owner-limit`: the owner has as many running streams as allowed
 * - `unavailable`: the store cannot be reached
 */
export type StreamStoreProblem =
  | 'exists'
  | 'superseded'
  | 'finished'
  | 'limit'
  | 'owner-limit'
  | 'unavailable'

/** A stream store refused or failed. The message contains nothing of the stream. */
export class StreamStoreError extends VecTradeError {
  /** @internal */
  static override readonly errorClass: string = 'StreamStoreError'

  declare readonly code: 'stream_store_error'
  /** Why the store refused or failed. */
  readonly problem: StreamStoreProblem

  constructor(message: string, problem: StreamStoreProblem, options: VecTradeErrorOptions = {}) {
    super(message, 'stream_store_error', { retryable: problem === 'unavailable', ...options })
    this.problem = problem
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), problem: this.problem }
  }
}
