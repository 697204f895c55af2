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

interface Rounds {
  table: string
  unit: string
  rounds: number
  /** Rounds before those that count. Default 1. */
  warmUps?: number
}

/** Measures candidates in interleaved rounds, each in an order of its own: nobody always runs behind the same other one. */
export async function interleave(candidates: Candidate[], options: Rounds): Promise<Row[]> {
  const { table, unit, rounds, warmUps = 1 } = options
  const rows = candidates.map(({ name }): Row => ({ table, name, unit, samples: [] }))
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const index of shuffled(candidates.length)) {
      const sample = await candidates[index]!.sample()
      if (round >= 0) rows[index]!.samples.push(sample)
    }
  }
  return rows
}

/** The numbers below `length` in a random order. */
function shuffled(length: number): number[] {
  return Array.from({ length }, (_, index) => ({ index, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ index }) => index)
}
