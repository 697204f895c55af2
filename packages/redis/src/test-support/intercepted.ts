import type { Client } from '@vectrade/test-kit/redis-server'
import type { RedisConnection } from '../index.ts'

/** Returns a client that calls `before` before each script, and waits for it. */
export function intercepted(redis: Client, before: () => unknown): RedisConnection {
  return {
    withCommandOptions(options) {
      const commands = redis.withCommandOptions(options)
      return {
        eval: (script, given) => commands.eval(script, given),
        async evalSha(sha, given) {
          await before()
          return commands.evalSha(sha, given)
        },
      }
    },
    duplicate: (overrides) => redis.duplicate(overrides),
  }
}
