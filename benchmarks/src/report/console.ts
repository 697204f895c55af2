import type { Row } from '../suite.ts'
import type { Profile } from '../profile.ts'
import { digits, type Figure, type Result, summarizeRows } from './results.ts'

export function printRows(rows: Row[]): void {
  for (const [title, figures] of Map.groupBy(summarizeRows(rows), titleOf)) {
    console.log(`\n${title} (${figures[0]?.unit})`)
    console.table(
      figures.map(({ name, median, low, high, ratio }) => ({
        name,
        median: digits(median),
        'middle half': `${digits(low)} … ${digits(high)}`,
        ratio: digits(ratio),
      })),
    )
  }
}

function titleOf(figure: Figure): string {
  return figure.case === undefined ? figure.table : `${figure.table}: ${figure.case}`
}

export function printProfile(profiles: Profile[]): void {
  for (const { name, times } of profiles) {
    console.log(`\n${name}`)
    console.table(times.map((time) => ({ function: time.function, '%': time.percent.toFixed(1) })))
  }
}

/** Every goal of the suites that ran. Nothing fails on one that is missed. */
export function printGoals(results: Result[]): void {
  const goals = results.flatMap((result) => result.goals)
  if (goals.length === 0) return
  console.log('\nGoals')
  console.table(
    goals.map(({ what, measured, goal, unit, met }) => ({
      what,
      measured: `${digits(measured)} ${unit}`,
      goal: `${goal} ${unit}`,
      met: met ? 'yes' : 'no',
    })),
  )
}
