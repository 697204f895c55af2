import type { VecTrade, VecTradeOptions } from '@vectrade/core'
import { answers } from './cases/answers.ts'
import { backpressure } from './cases/backpressure.ts'
import { cancellation } from './cases/cancellation.ts'
import type { Cases } from './cases/cases.ts'
import { conversion } from './cases/conversion.ts'
import { decoding } from './cases/decoding.ts'
import { encoding } from './cases/encoding.ts'
import { errors } from './cases/errors.ts'
import { events } from './cases/events.ts'
import { keys } from './cases/keys.ts'
import { redirects } from './cases/redirects.ts'
import { requests } from './cases/requests.ts'
import { serving } from './cases/serving.ts'
import { streamErrors } from './cases/stream-errors.ts'
import { timeouts } from './cases/timeouts.ts'
import { Lab } from './lab.ts'

/** A runtime, and how the suite reaches the product there. */
export interface ConformanceOptions {
  /** As the table of runtimes has it. */
  runtime: string
  /** The runtime's own client. */
  createClient: (options: VecTradeOptions) => VecTrade
  /** Where the lab listens: see lab/start-lab.ts. */
  baseUrl: string
  capabilities?: Capabilities
}

/** What not every runtime can; a case that needs what a runtime lacks is not defined there. */
export interface Capabilities {
  /** Asks VecTrade's API itself, with a key; a page asks an endpoint that adds it. */
  key?: boolean
  /** Its fetch stops reading when nobody reads the body. */
  backpressure?: boolean
  /** Serves a handler at an address that the lab can reach. */
  serve?: Serve
}

export type Serve = (handler: (request: Request) => Promise<Response>) => Promise<Served>

export interface Served extends AsyncDisposable {
  url: string
}

/** One thing that is to be so on every runtime. */
export interface ConformanceCase {
  name: string
  /** Rejects when it is not so, and tells the lab either way. */
  run: () => Promise<void>
}

const sections: Record<string, (lab: Lab) => Cases> = {
  decoding,
  encoding,
  events,
  answers,
  requests,
  keys,
  errors,
  'errors in the stream': streamErrors,
  timeouts,
  redirects,
  cancellation,
  conversion,
  backpressure,
  serving,
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
