import { Allowance } from './allowance.ts'
import { BoundedMap } from './bounded-map.ts'
import { Calls } from './calls.ts'
import { LiveData } from './live/live-data.ts'
import { resolveOptions, type SandboxOptions, type Settings } from './options.ts'
import { RequestLog } from './request-log.ts'

/** What the requests to one sandbox share. */
export interface Parts {
  readonly settings: Settings
  readonly log: RequestLog
  readonly allowance: Allowance
  readonly calls: Calls
  /** The bodies of requests that were redirected. */
  readonly redirected: BoundedMap<string>
  readonly live: LiveData
}

/** @throws TypeError that names an invalid option */
export function createParts(options: SandboxOptions): Parts {
  const settings = resolveOptions(options)
  return {
    settings,
    log: new RequestLog(settings.maxRequests),
    allowance: new Allowance(settings),
    calls: new Calls(),
    redirected: new BoundedMap(100),
    live: new LiveData(settings.live),
  }
}
