import { answers } from './cases/answers.ts'
import { backpressure } from './cases/backpressure.ts'
import { badInput } from './cases/bad-input.ts'
import { cancellation } from './cases/cancellation.ts'
import type { Cases } from './cases/cases.ts'
import { conversion } from './cases/conversion.ts'
import { decoding } from './cases/decoding.ts'
import { encoding } from './cases/encoding.ts'
import { fastPaths } from './cases/fast-paths.ts'
import { errors } from './cases/errors.ts'
import { events } from './cases/events.ts'
import { headers } from './cases/headers.ts'
import { keys } from './cases/keys.ts'
import { lettingGo } from './cases/letting-go.ts'
import { redirects } from './cases/redirects.ts'
import { requests } from './cases/requests.ts'
import { resuming } from './cases/resuming.ts'
import { sameTick } from './cases/same-tick.ts'
import { serving } from './cases/serving.ts'
import { streamErrors } from './cases/stream-errors.ts'
import { timeouts } from './cases/timeouts.ts'
import { Lab } from './lab.ts'
import type { ConformanceOptions } from './options.ts'

export type { Capabilities, ConformanceOptions, Serve } from './options.ts'

/** One thing that is to be so on every runtime. */
export interface ConformanceCase {
  name: string
  /** Rejects when it is not so, and tells the lab either way. */
  run: () => Promise<void>
}

const sections: Record<string, (lab: Lab) => Cases> = {
  decoding,
  encoding,
  'fast paths': fastPaths,
  events,
  answers,
  requests,
  keys,
  headers,
  errors,
  'errors in the stream': streamErrors,
  timeouts,
  redirects,
  cancellation,
  'ended in the same tick': sameTick,
  'letting go': lettingGo,
  conversion,
  backpressure,
  resuming,
  serving,
  'bad input': badInput,
}

/** The suite, for whatever runner the runtime has. */
export function defineConformance(options: ConformanceOptions): ConformanceCase[] {
  const lab = new Lab(options)
  return Object.entries(sections).flatMap(([section, cases]) =>
    Object.entries(cases(lab)).map(([name, check]) => ({
      name: `${section}: ${name}`,
      run: () => lab.record(`${section}: ${name}`, check),
    })),
  )
}

/** For runtimes without a runner of their own: one case after the other, whatever becomes of each. */
export async function runConformance(options: ConformanceOptions): Promise<void> {
  for (const { run } of defineConformance(options)) await run().catch(() => {})
}
