import type { Outcome, Proof } from '../proof.ts'
import { type Cell, nameOf } from './cell.ts'
import { cells } from './cells.ts'
import { judgeAll, pastLimit } from './judge.ts'
import { playMatrix } from './play-matrix.ts'
import { type Runtime, runtimes } from './runtimes.ts'
import { variations } from './variations.ts'

/** How often the long form plays the matrix. */
const rounds = 3

export const faults: Proof = {
  name: 'faults',
  promise:
    'Whatever happens to a connection, a call ends in time, completely or with a typed error, and leaves nothing behind.',
  async run(form) {
    const figures: Record<string, number | string> = {}
    const failures: string[] = []
    const played = form === 'short' ? cells : [...cells, ...variations(cells)]
    for (let round = 0; round < (form === 'short' ? 1 : rounds); round += 1) {
      for (const runtime of runtimes) {
        const outcome = await playIn(runtime, round === 0 ? played : cells)
        for (const [name, value] of Object.entries(outcome.figures)) {
          figures[name] = Math.max(Number(figures[name] ?? 0), Number(value))
        }
        failures.push(...outcome.failures.map(({ text }) => `${runtime.name}, ${text}`))
      }
    }
    return { figures, failures }
  },
}

/** The result of one runtime. */
export interface RuntimeOutcome extends Pick<Outcome, 'figures'> {
  /** `family` is the family of the cell that failed, if the failure belongs to one cell. */
  failures: { family: string | undefined; text: string }[]
}

export async function playIn(runtime: Runtime, matrix: readonly Cell[]): Promise<RuntimeOutcome> {
  const { played, incidents } = await playMatrix(runtime, matrix)
  const failures: RuntimeOutcome['failures'] = incidents.map((text) => ({
    family: undefined,
    text,
  }))
  for (const { cell, failure } of judgeAll(runtime, played)) {
    failures.push({ family: cell.family, text: `${nameOf(cell)} → ${failure}` })
  }
  return {
    figures: {
      [`${runtime.name}: cells`]: played.length,
      [`${runtime.name}: latest end past a limit (ms)`]: Math.round(
        Math.max(...played.map(pastLimit)),
      ),
    },
    failures,
  }
}
