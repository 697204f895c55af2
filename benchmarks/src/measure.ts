/** Something to time: it checks its own result and throws if that is wrong. */
export interface Candidate {
  name: string
  run(): Promise<void>
}

/** How long one candidate took, in ms, and against the first one. */
export interface Timing {
  name: string
  fastest: number
  median: number
  slowest: number
  /** The median of its rounds' ratios to the first candidate's same rounds. */
  ratio: number
}

/** Times candidates in interleaved rounds, after one round that does not count. */
export async function measure(candidates: Candidate[], rounds: number): Promise<Timing[]> {
  const times = candidates.map((): number[] => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, candidate] of candidates.entries()) {
      // What the last candidate left behind is not this one's time.
      globalThis.gc?.()
      const start = performance.now()
      await candidate.run()
      if (round > 0) times[index]?.push(performance.now() - start)
    }
  }
  const base = times[0] ?? []
  return candidates.map(({ name }, index) => {
    const own = times[index] ?? []
    const ratios = own.map((time, round) => time / (base[round] ?? Number.NaN))
    return {
      name,
      fastest: quantile(own, 0),
      median: quantile(own, 0.5),
      slowest: quantile(own, 1),
      ratio: quantile(ratios, 0.5),
    }
  })
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}

/** Prints timings. */
export function report(title: string, timings: Timing[]): void {
  console.log(`\n${title}`)
  console.table(
    timings.map(({ name, fastest, median, slowest, ratio }) => ({
      name,
      'median (ms)': median.toFixed(1),
      'spread (ms)': `${fastest.toFixed(1)} … ${slowest.toFixed(1)}`,
      ratio: ratio.toFixed(2),
    })),
  )
}
