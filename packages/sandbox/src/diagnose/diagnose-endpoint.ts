import { type DiagnoseOptions, resolveDiagnoseOptions } from './diagnose-options.ts'
import type { Finding } from './finding.ts'
import { findingsOf } from './findings-of.ts'
import { measure } from './measure.ts'
import type { Measurement } from './measurement.ts'

/** What `diagnoseEndpoint` found. It has no header of the request, no prompt and no answer. */
export interface Diagnosis {
  /** The URL without its query and its password. */
  readonly url: string
  /** The method of the request. */
  readonly method: 'GET' | 'POST'
  /** Whether events came in time and nothing is wrong. Then `findings` is empty. */
  readonly ok: boolean
  /** What is wrong, or cannot be told. */
  readonly findings: readonly Finding[]
  /** The figures that led to the findings. */
  readonly measured: Measurement
}

/**
 * Asks an endpoint once, measures when each event arrives, and tells whether something on the way buffers, compresses
 * or cuts the stream. The endpoint answers a real request, which may cost tokens.
 *
 * The promise resolves even if the endpoint cannot be reached or refuses: that is a finding. It takes as long as
 * the answer, and for a `GET` as long as the option `idle`.
 *
 * @throws TypeError that names a wrong option
 * @throws the reason of `signal` if it is aborted
 * @example
 * ```ts
 * import { diagnoseEndpoint, startSandbox } from '@vectrade/sandbox'
 *
 * const sandbox = await startSandbox({ tokensPerSecond: 40 })
 * const { ok, findings } = await diagnoseEndpoint(`${sandbox.url}/ai/analyze`, {
 *   headers: { 'x-api-key': sandbox.apiKey },
 * })
 * for (const { type, message } of findings) console.error(type, message)
 * console.log(ok) // true
 * await sandbox.close()
 * ```
 */
export async function diagnoseEndpoint(
  url: string | URL,
  options: DiagnoseOptions = {},
): Promise<Diagnosis> {
  const settings = resolveDiagnoseOptions(url, options)
  const measured = await measure(settings)
  const findings = findingsOf(measured, settings.method)
  const { origin, pathname } = settings.url
  const { method } = settings
  return { url: `${origin}${pathname}`, method, ok: findings.length === 0, findings, measured }
}
