import type { Wire } from './wire.ts'

/** How far an answer has come when its fault strikes. */
export const stages = [
  'before headers',
  'after headers',
  'first event',
  'mid event',
  'after done',
] as const
export type Stage = (typeof stages)[number]

/** The limits of a call, by the names of their options. */
export type Limit = 'timeout' | 'idleTimeout' | 'heartbeatTimeout'

/** One fault at one stage of an answer, and what may become of a call that meets it. */
export interface Cell {
  /** The kind of fault, as the tests are named. */
  readonly family: string
  readonly variant?: string | undefined
  readonly stage: Stage
  /** Answers a request of the cell's own server with the fault. */
  readonly play: (wire: Wire) => Promise<void>
  /** `complete`, or the error's name; a timeout has its phase with it. */
  readonly expected: readonly string[]
  /** The limit that ends the call: it is a second. The others are out of the way. */
  readonly limit?: Limit | undefined
  /** How many calls one client makes, one after the other; what is judged is the last. Default 1. */
  readonly calls?: number | undefined
  /** Whether the program takes its time over the events. */
  readonly slowly?: boolean | undefined
  readonly maxRetries?: number | undefined
  /** How often the answer's text is repeated. Default 1. */
  readonly times?: number | undefined
  readonly maxEventBytes?: number | undefined
  /** What the server speaks. Default `plain`; `none` is no server of ours. */
  readonly server?: 'plain' | 'trusted' | 'unknown authority' | 'none' | undefined
  /** Where the client asks. Default: at the cell's own server. */
  readonly origin?: (() => string | Promise<string>) | undefined
  /** Called with each connection, before it has brought a request. */
  readonly onConnect?: ((wire: Wire) => unknown) | undefined
  /** The client talks about a stream that an endpoint keeps, or asks for an answer in one piece. */
  readonly mode?: Mode | undefined
}

/** By which call of the client an answer is asked for. */
export type Mode = 'stream' | 'analyze' | 'resume'

export function nameOf({ family, variant, stage, mode = 'stream', maxRetries }: Cell): string {
  const how = [variant, mode === 'stream' ? undefined : mode, maxRetries && `${maxRetries} retries`]
  return [family, ...how.filter(Boolean)].join(', ') + `: ${stage}`
}

/** What becomes of an answer whose body ends at a stage as if it were whole. */
export function whenEnded(stage: Stage): readonly string[] {
  if (stage === 'before headers') return ['ConnectionError']
  return stage === 'after done' ? ['complete'] : ['StreamInterruptedError']
}

/**
 * What becomes of an answer whose body fails at a stage. A runtime may throw away what it has not
 * given out yet, a whole answer too.
 */
export function whenFailed(stage: Stage): readonly string[] {
  return stage === 'after done' ? ['complete', 'StreamInterruptedError'] : whenEnded(stage)
}
