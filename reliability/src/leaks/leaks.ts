import { join } from 'node:path'
import type { Outcome, Proof } from '../proof.ts'
import { runOn, type Start } from '../run-on.ts'
import type { Runtime } from '../runtimes.ts'
import { startLeakServer } from './leak-server.ts'
import type { Measured, Sample } from './programs/measure.ts'
import { slopeOf } from './slope.ts'

interface Size {
  /** The number of streams of each ending on each runtime. */
  streams: number
  /** Heap bytes that each stream may leave. They come from the program's warm-up, divided by its streams. */
  mostBytes: number
}

type RuntimeName = 'Node' | 'Deno'

const program = (name: string): string => join(import.meta.dirname, `programs/${name}.ts`)

/** How the program is started on each runtime. Its process has nothing else on its heap. */
const starts: Readonly<Record<RuntimeName, Start & { runtime: Runtime }>> = {
  Node: {
    runtime: 'Node 24',
    flags: ['--expose-gc', '--single-threaded-gc'],
    program: program('on-node'),
  },
  Deno: {
    runtime: 'Deno',
    flags: ['--v8-flags=--expose-gc,--single-threaded-gc'],
    program: program('on-deno'),
  },
}

const sizes: Readonly<Record<'short' | 'long', Size>> = {
  short: { streams: 150, mostBytes: 1_200 },
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
  const start = starts[runtime]
  const env = { SERVER_URL: server.url, STREAMS: String(streams), ...environment }
  const { code, stdout, stderr } = await runOn(start.runtime, { ...start, env })
  if (code !== 0) throw new Error(`The program on ${runtime} ended with ${code}: ${stderr}`)
  const measured = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Measured)
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
