import type { BufferedFinding } from './finding.ts'
import type { Arrival } from './measurement.ts'

/** Whether events arrived when they were sent, as far as the arrivals show it. */
export type Delivery =
  | { readonly type: 'in-time' }
  | ({ readonly type: 'held' } & Pick<BufferedFinding, 'evidence' | 'certainty' | 'heldFor'>)
  | { readonly type: 'unknown' }

/** Silence in ms that no busy machine and no lost packet explains when it comes with other signs. */
const longSilence = 1000

/** Silence in ms after which a burst is suspicious. A fast answer is complete by then. */
const burstSilence = 2500

/** A source that streams sends this many events one by one. */
const burstEvents = 8

/** Two signs of life this many ms apart show that the first one was not held back. */
const shortestSpread = 1000

/**
 * Tells from the arrivals whether something held events back.
 *
 * A single late event proves nothing, because servers wait for their sources, and machines are busy. These signs
 * do:
 *
 * - A server sends a heartbeat only after seconds of silence, so two of them do not arrive at once.
 * - A server writes whole events. Only a buffer of a fixed size stops in the middle of a line and goes on after
 *   a silence.
 * - After a long silence, many events arrive at once, and few arrived before. A server that makes its whole
 *   answer first looks the same, so this is only likely.
 *
 * @param arrivals in order. Their `silence` does not count time in which this program was not running
 */
export function deliveryOf(arrivals: readonly Arrival[]): Delivery {
  return (
    heldHeartbeats(arrivals) ??
    brokenLines(arrivals) ??
    burst(arrivals) ?? { type: isSpread(arrivals) ? 'in-time' : 'unknown' }
  )
}

function heldHeartbeats(arrivals: readonly Arrival[]): Delivery | undefined {
  const held = arrivals.filter(({ comments, silence }) => comments > 1 && silence >= longSilence)
  if (held.length === 0) return undefined
  const heldFor = longestSilence(held)
  return { type: 'held', evidence: 'heartbeats', certainty: 'certain', heldFor }
}

function brokenLines(arrivals: readonly Arrival[]): Delivery | undefined {
  let all = 0
  let broken = 0
  let heldFor = 0
  for (const [at, { silence }] of arrivals.entries()) {
    const before = arrivals[at - 1]
    if (before === undefined) continue
    all += silence
    if (!before.endsInsideLine) continue
    broken += silence
    heldFor = Math.max(heldFor, silence)
  }
  if (broken < longSilence || broken < all / 2) return undefined
  return { type: 'held', evidence: 'broken-lines', certainty: 'certain', heldFor }
}

function burst(arrivals: readonly Arrival[]): Delivery | undefined {
  const heldFor = longestSilence(arrivals)
  if (heldFor < burstSilence) return undefined
  const start = arrivals.findIndex(({ silence }) => silence === heldFor)
  const before = eventsIn(arrivals.slice(0, start))
  const after = arrivals.slice(start).filter(({ events }) => events > 0)
  const events = eventsIn(after)
  const spread = (after.at(-1)?.until ?? 0) - (after[0]?.at ?? 0)
  const isBurst =
    events >= burstEvents &&
    before <= events / 10 &&
    spread <= heldFor / 10 &&
    events >= after.length * 5
  return isBurst ? { type: 'held', evidence: 'burst', certainty: 'likely', heldFor } : undefined
}

/** Whether several events or heartbeats came one after the other, the first one long before the last. */
function isSpread(arrivals: readonly Arrival[]): boolean {
  const signs = arrivals.filter(({ events, comments }) => events + comments > 0)
  const [first] = signs
  const last = signs.at(-1)
  if (first === undefined || last === undefined) return false
  return signs.length >= 3 && last.at - first.until >= shortestSpread
}

function longestSilence(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((longest, { silence }) => Math.max(longest, silence), 0)
}

function eventsIn(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, { events }) => sum + events, 0)
}
