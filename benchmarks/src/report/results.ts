import { machine } from '@vectrade/report/machine'
import { versionOf } from '../builds.ts'
import { quantile } from '@vectrade/report/quantile'
import { ratio, type Row, type Suite } from '../suite.ts'

/** Whose versions are kept. */
export const packages: readonly string[] = [
  'openai',
  '@anthropic-ai/sdk',
  'ai',
  '@ai-sdk/provider-utils',
  'eventsource-client',
  'eventsource-parser',
  '@microsoft/fetch-event-source',
  'hono',
  'better-sse',
  '@vectrade/core',
]

/** What is kept of a suite's run. */
export interface Result {
  suite: string
  what: string
  machine: string
  versions: Record<string, string>
  rows: Figure[]
  goals: Outcome[]
}

export interface Figure {
  table: string
  case?: string | undefined
  name: string
  unit: string
  median: number
  low: number
  /** Half of the samples lie between `low` and `high`. */
  high: number
  /** The median, over all rounds, of the ratio to the first row of the table, or of the case if there are several. */
  ratio: number
}

export interface Outcome {
  what: string
  measured: number
  goal: string
  unit: string
  met: boolean
}

export function summarizeRows(rows: Row[]): Figure[] {
  return rows.map((row) => ({
    table: row.table,
    case: row.case,
    name: row.name,
    unit: row.unit,
    median: quantile(row.samples, 0.5),
    low: quantile(row.samples, 0.25),
    high: quantile(row.samples, 0.75),
    ratio: ratio(row, firstBeside(row, rows)),
  }))
}

function firstBeside(row: Row, rows: Row[]): Row {
  return rows.find((other) => other.table === row.table && other.case === row.case) ?? row
}

export function summarize(suite: Suite, rows: Row[]): Result {
  const goals = suite.goals.map((goal): Outcome => {
    const { what, atLeast, atMost, unit = '×' } = goal
    const measured = goal.measured(rows)
    const met = measured >= (atLeast ?? -Infinity) && measured <= (atMost ?? Infinity)
    return { what, measured, goal: atLeast ? `≥ ${atLeast}` : `≤ ${atMost}`, unit, met }
  })
  return {
    suite: suite.name,
    what: suite.what,
    machine: machine(),
    versions: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
    rows: summarizeRows(rows),
    goals,
  }
}

/** Three digits that count. */
export function digits(value: number): string {
  if (value === 0) return '0'
  const places = 2 - Math.floor(Math.log10(Math.abs(value)))
  return value.toFixed(Math.min(Math.max(places, 0), 3))
}
