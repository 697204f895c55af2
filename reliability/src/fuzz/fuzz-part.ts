import { setImmediate as turn } from 'node:timers/promises'
import { checkDecoder } from './check-decoder.ts'
import { checkEncoder, checkRelayedEvents } from './check-encoder.ts'
import { checkRelay } from './check-relay.ts'
import { checkStream } from './check-stream.ts'
import { type Given, givenOf } from './given.ts'
import { Random } from '../random.ts'
import { randomEnds, randomStream } from './random-stream.ts'
import { type Check, shrink } from './shrink.ts'

/** A part of the streams: those with consecutive seeds. */
export interface Part {
  firstSeed: number
  streams: number
}

/** The results of a part. */
export interface PartOutcome {
  /** The streams that were checked. A part ends early if it finds too many mismatches. */
  streams: number
  bytes: number
  chunks: number
  mismatches: string[]
}

/** The most mismatches to report. More usually repeat the same bug. */
const mostMismatches = 5

const checks: Readonly<Record<string, Check>> = {
  decodeEventStream: checkDecoder,
  AnalysisStream: checkStream,
  'AnalysisStream.toReadableStream': checkRelay,
}

/** Runs each check on random streams, each time with different chunks. */
export async function fuzzPart(
  { firstSeed, streams }: Part,
  checked: Readonly<Record<string, Check>> = checks,
): Promise<PartOutcome> {
  const outcome: PartOutcome = { streams: 0, bytes: 0, chunks: 0, mismatches: [] }
  const { mismatches } = outcome
  for (let seed = firstSeed; seed < firstSeed + streams; seed += 1) {
    if (mismatches.length >= mostMismatches) break
    // Within one turn of the event loop, the targets of new WeakRefs are not collected.
    if (seed % 100 === 0) await turn()
    const random = new Random(seed)
    const whole = givenOf(randomStream(random))
    outcome.streams += 1
    outcome.bytes += whole.bytes.length
    for (const [name, check] of Object.entries(checked)) {
      const ends = randomEnds(whole.bytes.length, random)
      const maxEventBytes = random.chance(0.25) ? random.pick([1, 3, 8, 40, 90, 300]) : undefined
      const given = { ...whole, ends, maxEventBytes }
      outcome.chunks += ends.length
      if ((await check(given)) === undefined) continue
      const least = await shrink(given, check)
      mismatches.push(`${name}, seed ${seed}: ${describe(least)}\n  ${await check(least)}`)
    }
    const wrong = checkEncoder(random) ?? (await checkRelayedEvents(random))
    if (wrong !== undefined) mismatches.push(`encodeEvent, seed ${seed}: ${wrong}`)
  }
  return outcome
}

/** Describes a stream in a form that a fixture can use. */
function describe({ bytes, ends, maxEventBytes }: Given): string {
  const hex = Buffer.from(bytes).toString('hex')
  const limit = maxEventBytes === undefined ? '' : `, maxEventBytes ${maxEventBytes}`
  return `hex ${hex}, chunks end at ${ends.join(' ')}${limit}`
}
