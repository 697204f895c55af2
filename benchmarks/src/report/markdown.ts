import { table } from '@vectrade/report/table'
import type { Profile } from '../profile.ts'
import { extremes, felt } from './overview.ts'
import { cpuTimeOf } from '../suite.ts'
import { digits, type Figure, packages, type Result } from './results.ts'

/** What goes between the markers of a page: `<!-- measured: name -->` to `<!-- /measured -->`. */
export function sections(results: Result[]): Map<string, string> {
  const parts = new Map([
    ['machine', [...new Set(results.map(({ machine }) => `- ${machine}`))].join('\n')],
    [
      'versions',
      table(
        ['Package', 'Version'],
        packages.map((name) => [`\`${name}\``, versionsIn(results, name)]),
      ),
    ],
    ['goals', goals(results)],
    ['felt', felt(results)],
    ['extremes', extremes(results)],
  ])
  for (const { suite, rows } of results) parts.set(suite, figures(rows))
  return parts
}

/** Of figures kept from another time, what they were measured with then. */
function versionsIn(results: Result[], name: string): string {
  return [...new Set(results.map(({ versions }) => versions[name] ?? 'unknown'))].join(', ')
}

export function profileTables(profiles: Profile[]): string {
  return profiles
    .map(({ name, times }) => {
      const lines = times.map((time) => [`\`${time.function}\``, time.percent.toFixed(1)])
      return `**${title(name)}**\n\n${table(['Function', '%'], lines)}`
    })
    .join('\n\n')
}

function title(name: string): string {
  return `${name[0]?.toUpperCase()}${name.slice(1)}`
}

function goals(results: Result[]): string {
  return table(
    ['Suite', 'What', 'Measured', 'Goal', 'Met'],
    results.flatMap(({ suite, goals: outcomes }) =>
      outcomes.map(({ what, measured, goal, unit, met }) => [
        suite,
        what,
        `${digits(measured)} ${unit}`,
        `${goal} ${unit}`,
        met ? 'yes' : '**no**',
      ]),
    ),
  )
}

function figures(rows: Figure[]): string {
  return [...Map.groupBy(rows, (row) => row.table)]
    .map(([name, group]) => {
      if (group[0]?.case !== undefined) return cases(name, group, rows)
      const single = group.every(({ low, high }) => low === high)
      const unit = group[0]?.unit ?? ''
      const head = [
        'Candidate',
        `Median (${unit})`,
        ...(single ? [] : ['Middle half']),
        '× the first',
      ]
      const lines = group.map(({ name: candidate, median, low, high, ratio }) => [
        candidate,
        digits(median),
        ...(single ? [] : [`${digits(low)} … ${digits(high)}`]),
        digits(ratio),
      ])
      return `**${title(name)}**\n\n${table(head, lines)}`
    })
    .filter((part) => part !== '')
    .join('\n\n')
}

/** A line for each case: the first candidate's figures, its CPU time, and how many times as long others take. */
function cases(name: string, group: Figure[], rows: Figure[]): string {
  // These stand beside the others.
  if (rows.some(({ table: other }) => cpuTimeOf(other) === name)) return ''
  const lines = [...Map.groupBy(group, (row) => row.case).values()].map(([first, ...others]) => {
    const { case: which = '', median, low, high } = first!
    const cpu = rows.find((row) => row.table === cpuTimeOf(name) && row.case === first!.case)
    const own = [which, digits(median), `${digits(low)} … ${digits(high)}`]
    return own.concat(
      cpu === undefined ? '' : digits(cpu.median),
      others.map(({ ratio }) => `${digits(ratio)} ×`),
    )
  })
  const [first, ...others] = [...new Set(group.map((row) => row.name))]
  const head = ['Answer', `${first} (${group[0]?.unit})`, 'Middle half', 'CPU time', ...others]
  return `**${title(name)}**\n\n${table(head, lines)}`
}
