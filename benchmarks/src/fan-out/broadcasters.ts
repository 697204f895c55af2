import { bareLoop, joiningLoop } from './bare.ts'
import { betterSse } from './better-sse.ts'
import type { Broadcaster } from './broadcaster.ts'
import { vectrade } from './vectrade.ts'

export type BroadcasterName =
  | 'vectrade'
  | 'better-sse channels'
  | 'bare loop'
  | 'bare loop, a burst joined'

/** By the name that the tables have. */
export const broadcasters: Record<BroadcasterName, () => Broadcaster> = {
  vectrade,
  'better-sse channels': betterSse,
  'bare loop': bareLoop,
  'bare loop, a burst joined': joiningLoop,
}
