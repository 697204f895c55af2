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
import { live } from './cases/live.ts'
import { lettingGo } from './cases/letting-go.ts'
import { redirects } from './cases/redirects.ts'
import { requests } from './cases/requests.ts'
import { resuming } from './cases/resuming.ts'
import { sameTick } from './cases/same-tick.ts'
import { serving } from './cases/serving.ts'
import { servingLive } from './cases/serving-live.ts'
import { sources } from './cases/sources.ts'
import { streamErrors } from './cases/stream-errors.ts'
import { timeouts } from './cases/timeouts.ts'
import { Lab } from './lab.ts'
import type { ConformanceOptions } from './options.ts'

export type { Capabilities, ConformanceOptions, Serve } from './options.ts'

/** A case of the suite: something that must hold on every runtime. */
export interface ConformanceCase {
  name: string
  /** Runs the case and reports the outcome to the lab. Rejects if the case fails. */
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
  live,
  serving,
  'serving live': servingLive,
  sources,
  'bad input': badInput,
}

/** Returns the cases of the suite, for the test runner of a runtime. */
export function defineConformance(options: ConformanceOptions): ConformanceCase[] {
  const lab = new Lab(options)
  return Object.entries(sections).flatMap(([section, cases]) =>
    Object.entries(cases(lab)).map(([name, check]) => ({
      name: `${section}: ${name}`,
      run: () => lab.record(`${section}: ${name}`, check),
    })),
  )
}

/**
 * Runs all cases one after the other, for runtimes without a test runner. Continues after a
 * failure.
 */
export async function runConformance(options: ConformanceOptions): Promise<void> {
  for (const { run } of defineConformance(options)) await run().catch(() => {})
}
