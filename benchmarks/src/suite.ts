import { quantile } from '@vectrade/report/quantile'

/** `long` measures; `short` runs everything a little, to see that it still works. */
export type Form = 'short' | 'long'

/** What one candidate came to. */
export interface Row {
  /** Rows of one table are compared with each other. */
  table: string
  /** One of several answers that a table has a line for. Rows of one case are compared with each other. */
  case?: string | undefined
  name: string
  unit: string
  /** One for each round; the rounds of a table's rows belong together. */
  samples: number[]
}

export interface Goal {
  what: string
  measured: (rows: Row[]) => number
  /** Either of the two. */
  atLeast?: number
  atMost?: number
  unit?: string
}

/** One question, its candidates and what the answer should be. */
export interface Suite {
  /** As on the command line. */
  name: string
  what: string
  goals: Goal[]
  run(form: Form): Promise<Row[]>
}

/**
 * Returns how many times as large the figure of `row` is as that of `base`. It is the median of the ratios of
 * each round, so a machine that gets slower favors neither.
 */
export function ratio(row: Row, base: Row): number {
  const ratios = row.samples.map((sample, round) => sample / (base.samples[round] ?? Number.NaN))
  return quantile(ratios, 0.5)
}

const cpuTime = 'CPU time of '

/** The name of the table that has the CPU times of another one. */
export function cpuTimeOf(table: string): string {
  return `${cpuTime}${table}`
}

export function isCpuTime(table: string): boolean {
  return table.startsWith(cpuTime)
}

/** @throws where there is no such row: a goal must not be met by a slip of the pen */
export function find(rows: Row[], table: string, name: string): Row {
  const row = rows.find((candidate) => candidate.table === table && candidate.name === name)
  if (row === undefined) throw new Error(`no row "${name}" in "${table}"`)
  return row
}

/** Measures how many times as fast `name` is as `peer`. The figures of both are times. */
export function speed(table: string, name: string, peer: string): Goal['measured'] {
  return (rows) => ratio(find(rows, table, peer), find(rows, table, name))
}

/** Measures how many times as much `name` costs as `peer`. */
export function cost(table: string, name: string, peer: string): Goal['measured'] {
  return (rows) => ratio(find(rows, table, name), find(rows, table, peer))
}

/** A row's own median. */
export function median(table: string, name: string): Goal['measured'] {
  return (rows) => quantile(find(rows, table, name).samples, 0.5)
}
