import type { EventOf } from '@vectrade/browser'
import * as v from 'valibot'
import * as z from 'zod'

// Otherwise zod tries to compile code, which the policy of the page forbids. It reads this when a validator is made.
z.config({ jitless: true })

/** The event types of this program, besides those of VecTrade. Both services and the page import them. */
export const events = {
  /** Prices to draw, the oldest first. The validator is one of zod. */
  chart: z.object({
    symbol: z.string().max(10),
    points: z
      .array(z.object({ day: z.iso.date(), price: z.number().positive() }))
      .min(2)
      .max(500),
  }),
  /** How much the prices of a chart moved. The validator is one of valibot, to show that both can be mixed. */
  risk: v.object({
    level: v.picklist(['low', 'medium', 'high']),
    reason: v.pipe(v.string(), v.maxLength(200)),
  }),
}

export type Event = EventOf<typeof events>
export type ChartEvent = Extract<Event, { type: 'chart' }>
export type RiskEvent = Extract<Event, { type: 'risk' }>
