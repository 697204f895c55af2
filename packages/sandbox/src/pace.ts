import type { Fault } from './faults.ts'
import type { Settings } from './options.ts'

/** How fast the text is sent. */
export interface Pace {
  /** 0 is as fast as possible. */
  tokensPerSecond: number
  /** Milliseconds. */
  timeToFirstToken: number
}

/** Returns the pace of an answer: the fault's, or else the server's. */
export function paceOf(fault: Fault, settings: Settings): Pace {
  return {
    tokensPerSecond: fault.tokensPerSecond ?? settings.tokensPerSecond,
    timeToFirstToken: fault.timeToFirstToken ?? settings.timeToFirstToken,
  }
}
