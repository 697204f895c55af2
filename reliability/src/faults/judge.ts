import { answerText } from './answer.ts'
import { type Cell, nameOf } from './cell.ts'
import { type KnownGap, knownGaps } from './known-gaps.ts'
import { type Played, socketsLast } from './play-matrix.ts'
import type { Platform } from './platforms.ts'

/**
 * Returns the faults in the cells of a platform. A known gap must show in at least one of its cells, unless it is a
 * race.
 */
export function judgeAll(platform: Platform, played: readonly Played[]): Verdict[] {
  const verdicts: Verdict[] = []
  const closed = new Map<KnownGap, Cell>()
  const there = new Set<KnownGap>()
  for (const one of played) {
    const { cell } = one
    const failure = fault(platform, one)
    const gap = gapOf(platform, cell)
    const isGap = gap !== undefined && failure?.startsWith(gap.instead)
    if (gap !== undefined) closed.set(gap, cell)
    if (isGap) there.add(gap)
    else if (failure !== undefined) verdicts.push({ cell, failure })
  }
  for (const [gap, cell] of closed) {
    const failure = `works now: remove '${gap.reason}' from known-gaps.ts`
    if (!there.has(gap) && !gap.isRace) verdicts.push({ cell, failure })
  }
  return verdicts
}

/** A cell, and its fault. */
export interface Verdict {
  cell: Cell
  failure: string
}

function gapOf(platform: Platform, cell: Cell): KnownGap | undefined {
  const name = nameOf(cell)
  return knownGaps.find(({ platforms, cells }) => platforms.test(platform.name) && cells.test(name))
}

function fault(platform: Platform, played: Played): string | undefined {
  const { cell, report, died, server, requestsBefore, socketsOpenFor } = played
  if (died !== undefined) return `the process died: ${died}`
  if (report === undefined) return 'did not run to its end'
  const { outcome, message, text, quiet, late } = report
  const expected = expectedIn(platform, cell)
  if (!expected.includes(outcome)) {
    const how = `${Math.round(quiet)} ms after a sign of life, ${Math.round(late)} ms of them late`
    return `${outcome} (${message}; ${how}), expected ${expected.join(' or ')}`
  }
  const whole = answerText(cell.times)
  if (outcome === 'complete' && text !== whole)
    return `complete with another text: ${excerpt(text)}`
  if (!whole.startsWith(text)) return `read text that was not sent: ${excerpt(text)}`
  const isUnanswered = cell.stage === 'before headers' || cell.mayBeDiscarded
  const most = (cell.calls ?? 1) + (isUnanswered ? (cell.maxRetries ?? 0) + 1 : 0)
  const requests = server.requests - requestsBefore
  if (requests > most) return `asked ${requests} times, although an answer had begun`
  if (socketsOpenFor > socketsLast)
    return `a socket was open for ${socketsOpenFor} ms after the end`
  return undefined
}

/**
 * Returns the allowed outcomes of a cell on a platform. If the platform does not decode the coding of a stream, even a
 * complete stream must fail, or be resumed.
 */
function expectedIn(platform: Platform, { family, expected, mode }: Cell): readonly string[] {
  const [coding = '', kind] = family.split(' ')
  if (kind !== 'stream' || platform.decodes.includes(coding)) return expected
  const failed = ['StreamInterruptedError', 'StreamProtocolError', 'ConnectionError']
  return mode === 'resume' ? [...failed, 'complete'] : failed
}

function excerpt(text: string): string {
  return `${text.length} characters, … ${JSON.stringify(text.slice(-60))}`
}

/** Returns by how many ms a cell ended later than its limit. */
export function pastLimit({ report, cell }: Played): number {
  if (cell.limit === undefined || report === undefined) return 0
  if (!/Timeout|hang/.test(report.outcome)) return 0
  return Math.max(0, report.quiet - report.late - report.wait)
}
