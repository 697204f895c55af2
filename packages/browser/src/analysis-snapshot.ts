import type { Citation, Usage, VecTradeError } from '@vectrade/core'

/**
 * How far an answer is.
 *
 * - `idle`: nothing was asked
 * - `waiting`: no text has come, or none since it was resumed
 * - `streaming`: text comes
 * - `complete`: the answer is whole
 * - `stopped`: `stop()`, another reader of the stream, or closing the client has ended it
 * - `failed`: `error` says why
 */
export type AnalysisStatus = 'idle' | 'waiting' | 'streaming' | 'complete' | 'stopped' | 'failed'

/** A question and its answer so far. It does not change: a change makes a new snapshot. */
export interface AnalysisSnapshot {
  /** The question; `''` before the first one. */
  readonly question: string
  /** The text so far. After a failure or a stop, it stays. */
  readonly text: string
  /** The sources so far, in the order in which they arrived. */
  readonly citations: readonly Citation[]
  /** The fields of all metadata events so far. If two events have the same field, the later one counts. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** The tokens that the answer used. Known at its end, if the server says so. */
  readonly usage: Usage | undefined
  /** How far the answer is. */
  readonly status: AnalysisStatus
  /** Why the answer has failed. Undefined unless the status is `failed`. */
  readonly error: VecTradeError | undefined
  /** Whether the snapshot has some of an answer, and not all of it. */
  readonly partial: boolean
}
