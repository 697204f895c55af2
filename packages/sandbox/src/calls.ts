import { type AnalysisInput, type SimulatedAnalysis, simulateAnalysis } from './analysis.ts'
import { BoundedMap } from './bounded-map.ts'
import { Refusal } from './refusal.ts'
import { ModelRun } from './upstream/model-run.ts'

const remembered = 10_000

/** One call: all requests with the same `Idempotency-Key`, or a single request without one. */
export interface Call {
  readonly id: string | undefined
  attempts: number
  analysis: SimulatedAnalysis | undefined
  readonly fingerprint: string
}

/**
 * Makes sure that a call runs only one analysis, however often it is repeated. Remembers the last
 * 10,000 calls.
 */
export class Calls {
  /** How many analyses have run. */
  analysesRun = 0
  readonly #calls = new BoundedMap<Call>(remembered)
  /** An answer of a model can be much longer than a simulated one. */
  readonly #runs = new BoundedMap<ModelRun>(1_000)
  readonly #faultUses = new BoundedMap<number>(remembered)

  /**
   * Returns the call with this `Idempotency-Key` and counts one more attempt of it. A follow-up is
   * the request after a redirect. It belongs to the same attempt, so it does not count.
   *
   * @throws Refusal with status 422 if the key was used with another body. Clients would retry a
   *   409.
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

  /** Returns the analysis of a call. It runs on the first attempt only. */
  analyze(call: Call, input: AnalysisInput): SimulatedAnalysis {
    if (call.analysis === undefined) {
      call.analysis = simulateAnalysis(input)
      this.analysesRun += 1
    }
    return call.analysis
  }

  /**
   * Returns the model's answer to a call, and whether an earlier request has asked for it. The model is
   * asked again if the answer has failed, or has ended because all its readers had left, or is not among
   * the last 1,000.
   */
  runModel(
    { id }: Call,
    ask: ConstructorParameters<typeof ModelRun>[0],
  ): { run: ModelRun; replayed: boolean } {
    const known = id === undefined ? undefined : this.#runs.get(id)
    if (known?.canBeJoined) return { run: known, replayed: true }
    const run = new ModelRun(ask)
    if (id !== undefined) this.#runs.set(id, run)
    this.analysesRun += 1
    return { run, replayed: false }
  }

  /**
   * Counts this use of an `X-Sandbox-Fault` by a call without an `Idempotency-Key`, and returns the
   * number of uses. `''` is the server's own fault. A follow-up does not count.
   */
  countFault(fault: string, isFollowUp: boolean): number {
    const uses = (this.#faultUses.get(fault) ?? 0) + (isFollowUp ? 0 : 1)
    this.#faultUses.set(fault, uses)
    return uses
  }
}
