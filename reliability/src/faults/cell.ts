import type { AnswerForm, Stage } from './answer-form.ts'
import type { Wire } from './wire.ts'

/** The limits of a call, by the names of their options. */
export type Limit = 'timeout' | 'idleTimeout' | 'heartbeatTimeout'

/** One fault at one stage of an answer, and the allowed outcomes of a call. */
export interface Cell extends AnswerForm {
  /** The kind of fault, which is also the name of its test. */
  readonly family: string
  readonly variant?: string | undefined
  readonly stage: Stage
  /** Answers a request of the cell's own server with the fault. */
  readonly play: (wire: Wire) => Promise<void>
  /** `complete`, or the error's name. For a timeout, the phase is part of the name. */
  readonly expected: readonly string[]
  /** The limit that ends the call after a second. The other limits are much longer. */
  readonly limit?: Limit | undefined
  /** The number of calls that one client makes in sequence. Only the last one is judged. Default 1. */
  readonly calls?: number | undefined
  /**
   * Whether a busy runtime may read the headers together with the cut, and discard them. For the program, there is then
   * no answer, and the request may be sent again.
   */
  readonly mayBeDiscarded?: boolean | undefined
  /** Whether the program reads the events slowly. */
  readonly slowly?: boolean | undefined
  readonly maxRetries?: number | undefined
  readonly maxEventBytes?: number | undefined
  /** The server's protocol. Default `plain`; `none` for an address without a server of ours. */
  readonly server?: 'plain' | 'trusted' | 'unknown authority' | 'none' | undefined
  /** The origin that the client calls. Default: the cell's own server. */
  readonly origin?: (() => string | Promise<string>) | undefined
  /** Called with each connection before it sends a request. */
  readonly onConnect?: ((wire: Wire) => unknown) | undefined
}

export function nameOf({ family, variant, stage, mode = 'stream', maxRetries }: Cell): string {
  const how = [variant, mode === 'stream' ? undefined : mode, maxRetries && `${maxRetries} retries`]
  return [family, ...how.filter(Boolean)].join(', ') + `: ${stage}`
}

/** Returns the outcomes of an answer whose body ends at a stage as if it were complete. */
export function whenEnded(stage: Stage): readonly string[] {
  if (stage === 'before headers') return ['ConnectionError']
  return stage === 'after done' ? ['complete'] : ['StreamInterruptedError']
}

/**
 * Returns the outcomes of an answer whose body fails at a stage. A runtime may discard bytes that it has not
 * delivered yet, even a complete answer.
 */
export function whenFailed(stage: Stage): readonly string[] {
  return stage === 'after done' ? ['complete', 'StreamInterruptedError'] : whenEnded(stage)
}
