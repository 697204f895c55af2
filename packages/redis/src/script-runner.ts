import { StreamStoreError, type StreamStoreProblem } from '@vectrade/core'
import { limitError, ownerLimitError, type ResolvedLimits, within } from '@vectrade/core/adapter'
import type { RedisConnection } from './connection.ts'
import type { Script } from './scripts.ts'

/**
 * Runs a script with its KEYS and ARGV, for so many ms at most (default and longest: 2000).
 *
 * @throws StreamStoreError. A programming error, such as a RangeError, is thrown unchanged: another
 *   attempt would not help, so it must not look like an unreachable Redis.
 */
export type ScriptRunner = (
  script: Script,
  keys: string[],
  parameters: readonly (string | number)[],
  ms?: number,
) => Promise<unknown>

const timeLimit = 2000

const refusals: Record<string, [StreamStoreProblem, string]> = {
  exists: ['exists', 'There is such a stream already'],
  superseded: ['superseded', 'Another producer has taken the stream over'],
  finished: ['finished', 'The stream is at its end, or its time is over'],
  lost: ['unavailable', 'Redis has lost a part of the stream'],
}

export function createScriptRunner(redis: RedisConnection, limits: ResolvedLimits): ScriptRunner {
  // What still waits for a connection by then is not sent any more.
  const commands = redis.withCommandOptions({ timeout: timeLimit, typeMapping: {} })
  return async ({ source, sha }, keys, parameters, ms = timeLimit) => {
    const options = { keys, arguments: parameters.map(String) }
    const answer = commands.evalSha(sha, options).catch((error: unknown) => {
      if (codeOf(error) !== 'NOSCRIPT') throw error
      return commands.eval(source, options)
    })
    const reply = await answerWithin(answer, Math.min(ms, timeLimit))
    if (typeof reply !== 'string') return reply
    const [problem, message] = refusals[reply] ?? []
    if (problem !== undefined) throw new StreamStoreError(message ?? '', problem)
    if (reply === 'maxStreamsPerOwner') throw ownerLimitError()
    const option = reply as 'maxEvents' | 'maxBytes' | 'maxStreams'
    throw limitError(option, limits[option])
  }
}

const mistakes = [RangeError, ReferenceError, SyntaxError, TypeError]

/** The word an error of Redis starts with, such as `OOM`, or the class of one of its client. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return /^[A-Z]{2,}(?= )/.exec(error.message)?.[0] ?? error.constructor.name
}

/** @throws StreamStoreError, also if there is no answer in time */
async function answerWithin(answer: Promise<unknown>, ms: number): Promise<unknown> {
  try {
    // An answer is never undefined.
    const reply = await within(answer, Math.max(1, ms))
    if (reply !== undefined) return reply
  } catch (cause) {
    if (mistakes.some((type) => cause instanceof type)) throw cause
    // Not its message: Redis repeats what it was given.
    throw new StreamStoreError(`Redis did not do it: ${codeOf(cause)}`, 'unavailable', { cause })
  }
  throw new StreamStoreError(`Redis did not answer within ${Math.ceil(ms)} ms`, 'unavailable')
}
