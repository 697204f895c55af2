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

/** Silence in ms in which a server sends several heartbeats. The comments with which it begins come sooner. */
const heartbeatSilence = 10_000

/** Silence in ms before a group of events, and within one. A stream of words has neither. */
const groupSilence = { before: 500, within: 50 }

/** Fewer events at once, fewer groups or fewer arrivals may be chance. */
const fewest = { events: 5, groups: 3, arrivals: 20 }

/** Two signs of life this many ms apart show that the first one was not held back. */
const shortestSpread = 1000

/**
 * Tells from the arrivals whether something held events back.
 *
 * A single late event proves nothing, because servers wait for their sources, and machines are busy. These signs
 * do:
 *
 * - A server sends a heartbeat only after seconds of silence, so two of them do not arrive at once. A server that
 *   sends two comments each time looks the same, so two are only likely until one has arrived alone.
 * - A server writes whole events. Only a buffer of a fixed size brings many of them, stops in the middle of a line
 *   and goes on after a silence.
 * - After a long silence, many events arrive at once, and few arrived before. A server that makes its whole
 *   answer first looks the same, so this is only likely.
 * - The words of an answer arrive in groups, with silences between. This is only likely too.
 *
 * @param arrivals in order. Their `silence` does not count time in which this program was not running
 * @param isAnswer whether they are an answer. Live data comes in groups of its own: the quotes of one tick
 */
export function deliveryOf(arrivals: readonly Arrival[], isAnswer: boolean): Delivery {
  return (
    heldHeartbeats(arrivals) ??
    brokenLines(arrivals) ??
    burst(arrivals) ??
    (isAnswer ? groups(arrivals) : undefined) ??
    (isSpread(arrivals) ? { type: 'in-time' } : undefined) ??
    firstHeartbeats(arrivals) ?? { type: 'unknown' }
  )
}

function heldHeartbeats(arrivals: readonly Arrival[]): Delivery | undefined {
  const held = arrivals.filter(
    ({ commentsInRow, silence }) => commentsInRow > 1 && silence >= longSilence,
  )
  if (held.length === 0) return undefined
  const isCertain =
    held.some(({ commentsInRow }) => commentsInRow > 2) ||
    // The first arrival may have what the stream begins with.
    arrivals.slice(1).some(({ comments }) => comments === 1)
  return {
    type: 'held',
    evidence: 'heartbeats',
    certainty: isCertain ? 'certain' : 'likely',
    heldFor: longestSilence(held),
  }
}

/** Heartbeats at the start of a stream cannot be told from what some servers begin with, such as padding. */
function firstHeartbeats([first]: readonly Arrival[]): Delivery | undefined {
  if (first === undefined || first.comments < 2) return undefined
  const { silence: heldFor } = first
  if (heldFor < heartbeatSilence) return undefined
  return { type: 'held', evidence: 'heartbeats', certainty: 'likely', heldFor }
}

function brokenLines(arrivals: readonly Arrival[]): Delivery | undefined {
  let all = 0
  let broken = 0
  let heldFor = 0
  const found = groupsOf(arrivals)
  for (const [at, { silence }] of found.entries()) {
    const before = found[at - 1]
    if (before === undefined) continue
    all += silence
    // Some servers write the beginning of a line before they wait. A buffer brings many events, and then a part.
    if (!before.endsInsideLine || before.events < fewest.events) continue
    if (before.events < before.arrivals * 3) continue
    broken += silence
    heldFor = Math.max(heldFor, silence)
  }
  if (heldFor < groupSilence.before || broken < Math.max(longSilence, all / 2)) return undefined
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

function groups(arrivals: readonly Arrival[]): Delivery | undefined {
  // A stream that runs between the pauses of a busy machine has long groups.
  const late = groupsOf(arrivals).filter(
    ({ silence, at, until, events }) =>
      silence >= groupSilence.before && events >= fewest.events && until - at <= silence / 10,
  )
  if (late.length < fewest.groups || eventsIn(late) < eventsIn(arrivals) * 0.8) return undefined
  const heldFor = longestSilence(late)
  return { type: 'held', evidence: 'groups', certainty: 'likely', heldFor }
}

interface Group extends Pick<Arrival, 'silence' | 'at' | 'until' | 'events' | 'endsInsideLine'> {
  readonly arrivals: number
}

/** Joins arrivals that follow each other at once. */
function groupsOf(arrivals: readonly Arrival[]): Group[] {
  const all: { -readonly [Name in keyof Group]: Group[Name] }[] = []
  for (const { silence, at, until, events, endsInsideLine } of arrivals) {
    const group = all.at(-1)
    if (group === undefined || silence > groupSilence.within) {
      all.push({ silence, at, until, events, endsInsideLine, arrivals: 1 })
    } else {
      group.until = until
      group.events += events
      group.endsInsideLine = endsInsideLine
      group.arrivals += 1
    }
  }
  return all
}

/** Whether several events or heartbeats came one after the other, the first one long before the last. */
function isSpread(arrivals: readonly Arrival[]): boolean {
  const signs = arrivals.filter(({ events, comments }) => events + comments > 0)
  const [first] = signs
  const last = signs.at(-1)
  if (first === undefined || last === undefined) return false
  // A fast stream is one long group.
  const isMany = signs.length >= fewest.arrivals || groupsOf(signs).length >= fewest.groups
  return isMany && last.at - first.until >= shortestSpread
}

function longestSilence(arrivals: readonly Pick<Arrival, 'silence'>[]): number {
  return arrivals.reduce((longest, { silence }) => Math.max(longest, silence), 0)
}

function eventsIn(arrivals: readonly Pick<Arrival, 'events'>[]): number {
  return arrivals.reduce((sum, { events }) => sum + events, 0)
}
