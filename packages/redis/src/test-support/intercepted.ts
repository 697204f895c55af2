import type { Client } from '@vectrade/test-kit/redis-server'
import type { RedisConnection } from '../index.ts'

/** Returns a client that runs each script by `around`, which calls `run` when, and if, the script is to run. */
export function intercepted(
  redis: Client,
  around: (run: () => Promise<unknown>) => Promise<unknown>,
): RedisConnection {
  return {
    withCommandOptions(options) {
      const commands = redis.withCommandOptions(options)
      return {
        eval: (script, given) => commands.eval(script, given),
        evalSha: (sha, given) => around(() => commands.evalSha(sha, given)),
      }
    },
    duplicate: (overrides) => redis.duplicate(overrides),
  }
}
