import { StreamStoreError, type StreamStoreProblem } from '@vectrade/core'
import { limitError, ownerLimitError, type ResolvedLimits, within } from '@vectrade/core/adapter'
import type { RedisConnection } from './connection.ts'
import type { Script } from './scripts.ts'

/**
 * Runs a script with its KEYS and ARGV. Waits at most `ms` for the reply (default and maximum: 2000).
 *
 * @throws StreamStoreError if the script refuses or Redis does not reply. A programming error, such as a
 *   RangeError, is thrown unchanged: another attempt would not help, so it must not look like an
 *   unreachable Redis.
 */
export type ScriptRunner = (
  script: Script,
  keys: string[],
  parameters: readonly (string | number)[],
  ms?: number,
) => Promise<unknown>

const timeLimit = 2000

const refusals: Record<string, [StreamStoreProblem, string]> = {
  exists: ['exists', 'The stream already exists'],
  superseded: ['superseded', 'Another producer has taken over the stream'],
  finished: ['finished', 'The stream has ended or expired'],
  lost: ['unavailable', 'Redis has lost a part of the stream'],
}

/** Creates a runner that returns the refusals of a script as they are, and throws only if Redis fails. */
export function createScriptCaller(redis: RedisConnection): ScriptRunner {
  // After this time, a command that still waits for a connection is not sent.
  const commands = redis.withCommandOptions({ timeout: timeLimit, typeMapping: {} })
  return ({ source, sha }, keys, parameters, ms = timeLimit) => {
    const options = { keys, arguments: parameters.map(String) }
    const answer = commands.evalSha(sha, options).catch((error: unknown) => {
      if (codeOf(error) !== 'NOSCRIPT') throw error
      return commands.eval(source, options)
    })
    return answerWithin(answer, Math.min(ms, timeLimit))
  }
}

/** Creates a runner that throws the refusals of a script as a StreamStoreError. */
export function createScriptRunner(redis: RedisConnection, limits: ResolvedLimits): ScriptRunner {
  const call = createScriptCaller(redis)
  return async (script, keys, parameters, ms) => {
    const reply = await call(script, keys, parameters, ms)
    if (typeof reply !== 'string') return reply
    const [problem, message] = refusals[reply] ?? []
    if (problem !== undefined) throw new StreamStoreError(message ?? '', problem)
    if (reply === 'maxStreamsPerOwner') throw ownerLimitError()
    const option = reply as 'maxEvents' | 'maxBytes' | 'maxStreams'
    throw limitError(option, limits[option])
  }
}

// The client of a cluster rejects with a TypeError while it does not know which node has a slot.
const mistakes = [RangeError, ReferenceError, SyntaxError]

/** Returns the first word of an error from Redis, such as `OOM`, or the class of an error from the client. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return /^[A-Z]{2,}(?= )/.exec(error.message)?.[0] ?? error.constructor.name
}

/** @throws StreamStoreError if the call fails or there is no answer in time */
async function answerWithin(answer: Promise<unknown>, ms: number): Promise<unknown> {
  try {
    // A reply is never undefined, so undefined means that the time is over.
    const reply = await within(answer, Math.max(1, ms))
    if (reply !== undefined) return reply
  } catch (cause) {
    if (mistakes.some((type) => cause instanceof type)) throw cause
    // Leaves out the message of the error, because Redis repeats the arguments in it.
    throw new StreamStoreError(`The Redis command failed: ${codeOf(cause)}`, 'unavailable', {
      cause,
    })
  }
  throw new StreamStoreError(`Redis did not answer within ${Math.ceil(ms)} ms`, 'unavailable')
}
