import { table } from '@vectrade/report/table'
import type { Profile } from '../profile.ts'
import { digits, packages, type Result } from './results.ts'

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

function figures(rows: Result['rows']): string {
  return [...Map.groupBy(rows, (row) => row.table)]
    .map(([name, group]) => {
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
    .join('\n\n')
}
