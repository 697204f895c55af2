import { AuthenticationError, ConfigurationError } from '@vectrade/core'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { type Cases, rejection } from './cases.ts'

/** Where a key goes, and where it never does; pages have none. */
export function keys(lab: Lab): Cases {
  if (!lab.options.capabilities?.key) return {}
  const { createClient } = lab.options
  return {
    async 'it goes into Authorization, or X-API-Key'() {
      for (const [authScheme, header, value] of [
        ['bearer', 'authorization', 'Bearer [redacted]'],
        ['x-api-key', 'x-api-key', '[redacted]'],
      ] as const) {
        const call = await lab.ask({}, { client: { authScheme } })
        await call.stream.finalText()
        const [request] = await lab.seen(call)
        assert.propertyVal(request?.headers, header, value)
      }
    },

    async 'User-Agent names the package and its version'() {
      const call = await lab.ask()
      await call.stream.finalText()
      const [request] = await lab.seen(call)
      assert.match(request?.headers['user-agent'] ?? '', /^vectrade-[a-z]+\/\d+\.\d+\.\d+/)
    },

    async 'a wrong one is an AuthenticationError that does not have it'() {
      const apiKey = 'vq_not_the_right_one'
      const { stream, client } = await lab.ask({}, { client: { apiKey } })
      const error = await rejection(stream.finalText(), AuthenticationError)
      assert.equal(error.status, 401)
      const all = [String(error), error.stack, JSON.stringify(error), JSON.stringify(client)]
      assert(all.every((text) => !text?.includes(apiKey)))
    },

    async 'none goes over plain http to another machine'() {
      assert.throws(
        () => createClient({ apiKey: 'vq_any', baseURL: 'http://api.example.com/v1' }),
        ConfigurationError,
        'allowInsecure',
      )
    },

    async 'one that no header can carry is refused, and not named'() {
      assert.throws(
        () => createClient({ apiKey: 'vq_añy\n', baseURL: 'https://api.example.com/v1' }),
        ConfigurationError,
        /^(?!.*vq_a).*apiKey/,
      )
    },
  }
}
