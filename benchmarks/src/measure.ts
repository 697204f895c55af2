import type { Row } from './suite.ts'

/** Something to measure: it checks its own result and throws if that is wrong. */
export interface Candidate {
  name: string
  /** Measures once. */
  sample(): Promise<number>
}

export interface Work<Input, Result> {
  name: string
  /** What is ready before the clock starts. */
  prepare(): Input
  run(input: Input): Result
  /** Throws at a wrong result, whose time then does not count; after the clock has stopped. */
  check(result: Awaited<Result>): void | Promise<void>
  /** Runs in one sample, one after the other. Default 1. */
  times?: number
  /** What a time is divided by. Default 1: ms. */
  per?: number
  /** What happens right before the clock starts. */
  before?: () => void
}

/** A candidate that is timed: in ms, or in a part of it. */
export function timed<Input, Result>(work: Work<Input, Result>): Candidate {
  return {
    name: work.name,
    async sample() {
      const inputs = Array.from({ length: work.times ?? 1 }, () => work.prepare())
      work.before?.()
      const start = performance.now()
      const results = []
      for (const input of inputs) results.push(await work.run(input))
      const time = performance.now() - start
      for (const result of results) await work.check(result)
      return time / inputs.length / (work.per ?? 1)
    },
  }
}

interface Rounds extends Pick<Row, 'case'> {
  unit: string
  rounds: number
  /** Rounds before those that count. Default 1. */
  warmUps?: number
}

/** Measures candidates in rounds. Each round has a random order, so no candidate always runs after the same one. */
export function interleave(
  candidates: Candidate[],
  { table, ...rounds }: Rounds & { table: string },
): Promise<Row[]> {
  return interleaveRuns(
    candidates.map((candidate) => ({
      name: candidate.name,
      run: async () => ({ [table]: await candidate.sample() }),
    })),
    rounds,
  )
}

/** Something to run once a round, which gives a figure for each of several tables. */
export interface Run {
  name: string
  /** By the name of the table. */
  run(): Promise<Record<string, number>>
}

/** Does the same for runs that give several figures. Rows are ordered by table, then as the runs are. */
export async function interleaveRuns(runs: Run[], options: Rounds): Promise<Row[]> {
  const { rounds, warmUps = 1, unit, case: name } = options
  const samples = new Map<string, number[][]>()
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const index of shuffled(runs.length)) {
      const figures = await runs[index]!.run()
      if (round < 0) continue
      for (const [table, figure] of Object.entries(figures)) {
        const columns = samples.get(table) ?? runs.map(() => [])
        samples.set(table, columns)
        columns[index]!.push(figure)
      }
    }
  }
  return [...samples].flatMap(([table, columns]) =>
    columns.map((column, index) => ({
      table,
      case: name,
      name: runs[index]!.name,
      unit,
      samples: column,
    })),
  )
}

/** The numbers below `length` in a random order. */
function shuffled(length: number): number[] {
  return Array.from({ length }, (_, index) => ({ index, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ index }) => index)
}
