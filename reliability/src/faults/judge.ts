import { answerText } from './answer.ts'
import { type Cell, nameOf } from './cell.ts'
import { knownGaps } from './known-gaps.ts'
import { limitOf, type Played, socketsLast } from './play-matrix.ts'
import type { Runtime } from './runtimes.ts'

/** What is wrong with a cell as it was played, or undefined. A gap that is known has to be there. */
export function judge(runtime: Runtime, played: Played): string | undefined {
  const failure = fault(runtime, played)
  const name = nameOf(played.cell)
  const gap = knownGaps.find(
    ({ runtimes, cells }) => runtimes.test(runtime.name) && cells.test(name),
  )
  if (gap === undefined) return failure
  if (failure === undefined) return `works again: take «${gap.reason}» out of known-gaps.ts`
  return failure.startsWith(gap.instead) ? undefined : failure
}

function fault(runtime: Runtime, played: Played): string | undefined {
  const { cell, report, died, server, requestsBefore, socketsOpenFor } = played
  if (died !== undefined) return `the process died: ${died}`
  if (report === undefined) return 'was not played to its end'
  const { outcome, message, text, quiet, late } = report
  const expected = expectedIn(runtime, cell)
  if (!expected.includes(outcome)) {
    const how = `${Math.round(quiet)} ms after a sign of life, ${Math.round(late)} ms of them late`
    return `${outcome} (${message}; ${how}) where ${expected.join(' or ')} is right`
  }
  const whole = answerText(cell.times)
  if (outcome === 'complete' && text !== whole)
    return `complete with another text: ${excerpt(text)}`
  if (!whole.startsWith(text)) return `read what was not sent: ${excerpt(text)}`
  const most =
    (cell.calls ?? 1) + (cell.stage === 'before headers' ? (cell.maxRetries ?? 0) + 1 : 0)
  const requests = server.requests - requestsBefore
  if (requests > most) return `asked ${requests} times, although an answer had begun`
  if (socketsOpenFor > socketsLast)
    return `a socket was open for ${socketsOpenFor} ms after the end`
  return undefined
}

/** A stream whose coding a runtime leaves on is no event stream: it must fail, whole or not, or be read anew. */
function expectedIn(runtime: Runtime, { family, expected, mode }: Cell): readonly string[] {
  const [coding = '', kind] = family.split(' ')
  if (kind !== 'stream' || runtime.decodes.includes(coding)) return expected
  const failed = ['StreamInterruptedError', 'StreamProtocolError', 'ConnectionError']
  return mode === 'resume' ? [...failed, 'complete'] : failed
}

function excerpt(text: string): string {
  return `${text.length} characters, … ${JSON.stringify(text.slice(-60))}`
}

/** ms by which the end of a cell came later than its limit. */
export function pastLimit({ report, cell }: Played): number {
  if (cell.limit === undefined || report === undefined) return 0
  if (!/Timeout|hang/.test(report.outcome)) return 0
  return Math.max(0, report.quiet - report.late - limitOf(cell))
}
