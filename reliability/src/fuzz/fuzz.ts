import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Outcome, Proof } from '../proof.ts'
import type { Part, PartOutcome } from './fuzz-part.ts'

const firstSeed = 20_270_301
const streamsOf = { short: 300_000, long: 10_000_000 }

export const fuzz: Proof = {
  name: 'fuzz',
  promise:
    'Anything that a server sends, cut in any way, is read, relayed and written as the standard says',
  async run(form): Promise<Outcome> {
    const streams = streamsOf[form]
    const workers = Math.min(8, availableParallelism())
    const size = Math.ceil(streams / workers)
    const start = performance.now()
    const parts = await Promise.all(
      Array.from({ length: workers }, (_, at) => {
        const first = at * size
        return inWorker({
          firstSeed: firstSeed + first,
          streams: Math.min(size, streams - first),
        })
      }),
    )
    const seconds = (performance.now() - start) / 1000
    const mismatches = parts.flatMap((part) => part.mismatches)
    const sum = (of: (part: PartOutcome) => number): number =>
      parts.reduce((total, part) => total + of(part), 0)
    const checked = sum((part) => part.streams)
    return {
      figures: {
        streams: checked,
        'first seed': firstSeed,
        bytes: sum((part) => part.bytes),
        chunks: sum((part) => part.chunks),
        'streams per second': Math.round(checked / seconds),
        mismatches: mismatches.length,
      },
      failures: mismatches,
    }
  },
}

async function inWorker(part: Part): Promise<PartOutcome> {
  const worker = new Worker(new URL('programs/fuzz-worker.ts', import.meta.url), {
    workerData: part,
    execArgv: ['--conditions=@vectrade/source', '--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  })
  const [outcome] = (await once(worker, 'message')) as [PartOutcome]
  return outcome
}
