import { type AnalysisInput, type SimulatedAnalysis, simulateAnalysis } from './analysis.ts'
import { BoundedMap } from './bounded-map.ts'
import { Refusal } from './refusal.ts'

const remembered = 10_000

/** All attempts of one call: the requests that share an `Idempotency-Key`, or one without. */
export interface Call {
  readonly id: string | undefined
  attempts: number
  analysis: SimulatedAnalysis | undefined
  readonly fingerprint: string
}

/** Sees to it that one call runs one analysis, however often it is asked. Knows the last 10,000. */
export class Calls {
  /** How many analyses have run. */
  analysesRun = 0
  readonly #calls = new BoundedMap<Call>(remembered)
  readonly #faultUses = new BoundedMap<number>(remembered)

  /**
   * Finds the call with this `Idempotency-Key` and counts one more attempt of it, unless the
   * request is a follow-up: the second half of an attempt, behind a redirect.
   *
   * @throws Refusal with status 422 where the key was used for another body. Not 409, which clients
   *   take for a conflict that may pass and retry.
   */
  attempt(key: string | null, body: unknown, isFollowUp: boolean): Call {
    const fingerprint = JSON.stringify(body)
    if (key === null) return { id: undefined, attempts: 1, analysis: undefined, fingerprint }
    if (key === '' || key.length > 255) {
      throw new Refusal(422, '`Idempotency-Key` must have 1 to 255 characters')
    }
    const known = this.#calls.get(key)
    if (known === undefined) {
      const call = { id: key, attempts: 1, analysis: undefined, fingerprint }
      this.#calls.set(key, call)
      return call
    }
    if (known.fingerprint !== fingerprint) {
      throw new Refusal(422, 'This `Idempotency-Key` was used with another body: send a new key', {
        type: 'invalid_request_error',
      })
    }
    if (!isFollowUp) known.attempts += 1
    return known
  }

  /** The analysis of this call: simulated the first time, the same one from then on. */
  analyze(call: Call, input: AnalysisInput): SimulatedAnalysis {
    if (call.analysis === undefined) {
      call.analysis = simulateAnalysis(input)
      this.analysesRun += 1
    }
    return call.analysis
  }

  /**
   * How often this `X-Sandbox-Fault`, `''` for the server's own, has been met by calls that cannot
   * be told apart, this one included.
   */
  countFault(fault: string, isFollowUp: boolean): number {
    const uses = (this.#faultUses.get(fault) ?? 0) + (isFollowUp ? 0 : 1)
    this.#faultUses.set(fault, uses)
    return uses
  }
}
