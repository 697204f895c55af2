import type { Outcome, Proof } from '../proof.ts'
import { startLeakServer } from './leak-server.ts'
import type { Measured, Sample } from './programs/measure.ts'
import { type RuntimeName, runProgram } from './run-program.ts'
import { slopeOf } from './slope.ts'

interface Size {
  /** The number of streams of each ending on each runtime. */
  streams: number
  /** Heap bytes that each stream may leave. They come from the program's warm-up, divided by its streams. */
  mostBytes: number
}

const sizes: Readonly<Record<'short' | 'long', Size>> = {
  short: { streams: 250, mostBytes: 800 },
  long: { streams: 20_000, mostBytes: 60 },
}

export const leaks: Proof = {
  name: 'leaks',
  promise: 'A stream leaves nothing behind, however it ends: no memory, socket, timer or listener',
  async run(form) {
    const runtimes: RuntimeName[] = ['Node', 'Deno']
    const outcomes = await Promise.all(runtimes.map((name) => lookForLeaks(name, sizes[form])))
    return {
      figures: Object.assign({}, ...outcomes.map(({ figures }) => figures)) as Outcome['figures'],
      failures: outcomes.flatMap(({ failures }) => failures),
    }
  },
}

/** @param environment for the program: which ending, and whether to leak on purpose */
export async function lookForLeaks(
  runtime: RuntimeName,
  { streams, mostBytes }: Size,
  environment: Record<string, string> = {},
): Promise<Outcome> {
  await using server = await startLeakServer()
  const measured = await runProgram(runtime, {
    SERVER_URL: server.url,
    STREAMS: String(streams),
    ...environment,
  })
  const heapSlopes = measured.map(({ ending, samples }) => {
    const slope = slopeOf(samples.map((sample) => [sample.streams, sample.heap]))
    return [`${runtime}: ${ending}, heap per stream (bytes)`, Math.round(slope)] as const
  })
  const sum = (of: (sample: Sample) => number): number =>
    measured.reduce((total, { samples }) => total + of(samples.at(-1)!), 0)
  return {
    figures: {
      [`${runtime}: streams of each ending`]: streams,
      ...Object.fromEntries(heapSlopes),
      [`${runtime}: timers and listeners left`]: sum((last) => last.timers + last.listeners),
    },
    failures: [
      ...heapSlopes
        .filter(([, slope]) => slope > mostBytes)
        .map(([name, slope]) => `${name}: ${slope}, at most ${mostBytes}`),
      ...measured.flatMap((each) => leftBy(each).map((left) => `${runtime}: ${left}`)),
    ],
  }
}

/** Returns what has grown by more than the streams that run at the same time can explain. */
function leftBy({ ending, lanes, samples, unhandled }: Measured): string[] {
  const left = unhandled.map((error) => `${ending}: unhandled ${error}`)
  for (const [name, most] of [
    ['descriptors', 2 * lanes],
    ['timers', 0],
    ['listeners', 0],
  ] as const) {
    const before = samples[0]![name]
    const after = Math.min(...samples.slice(-3).map((sample) => sample[name]))
    if (after - before > most) left.push(`${ending}: ${after - before} ${name} are left`)
  }
  return left
}
