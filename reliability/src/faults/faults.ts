import type { Outcome, Proof } from '../proof.ts'
import { type Cell, nameOf } from './cell.ts'
import { cells } from './cells.ts'
import { judgeAll, pastLimit } from './judge.ts'
import { playMatrix } from './play-matrix.ts'
import { type Platform, platforms } from './platforms.ts'
import { variations } from './variations.ts'

/** How often the long form plays the matrix. */
const rounds = 3

export const faults: Proof = {
  name: 'faults',
  promise:
    'Whatever happens to a connection, a call ends in time, completely or with a typed error, and leaves nothing behind',
  async run(form) {
    const figures: Record<string, number | string> = {}
    const failures: string[] = []
    const played = form === 'short' ? cells : [...cells, ...variations(cells)]
    for (let round = 0; round < (form === 'short' ? 1 : rounds); round += 1) {
      for (const platform of platforms) {
        const outcome = await playIn(platform, round === 0 ? played : cells)
        for (const [name, value] of Object.entries(outcome.figures)) {
          figures[name] = Math.max(Number(figures[name] ?? 0), Number(value))
        }
        failures.push(...outcome.failures.map(({ text }) => `${platform.name}, ${text}`))
      }
    }
    return { figures, failures }
  },
}

/** The result of one platform. */
export interface PlatformOutcome extends Pick<Outcome, 'figures'> {
  /** `family` is the family of the cell that failed, if the failure belongs to one cell. */
  failures: { family: string | undefined; text: string }[]
}

export async function playIn(
  platform: Platform,
  matrix: readonly Cell[],
): Promise<PlatformOutcome> {
  const { played, incidents } = await playMatrix(platform, matrix)
  const failures: PlatformOutcome['failures'] = incidents.map((text) => ({
    family: undefined,
    text,
  }))
  for (const { cell, failure } of judgeAll(platform, played)) {
    failures.push({ family: cell.family, text: `${nameOf(cell)} → ${failure}` })
  }
  return {
    figures: {
      [`${platform.name}: cases`]: played.length,
      [`${platform.name}: latest end past a limit (ms)`]: Math.round(
        Math.max(...played.map(pastLimit)),
      ),
    },
    failures,
  }
}
