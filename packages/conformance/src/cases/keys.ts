import { AuthenticationError, ConfigurationError } from '@vectrade/core'
import { assert } from 'chai'
import type { Lab, Seen } from '../lab.ts'
import type { Fault } from '@vectrade/sandbox/handler'
import { type Cases, forEach, rejection } from './cases.ts'

/** Ways in which a gateway says that it does not know a key. */
const refusals: Fault[] = [
  { status: 401, errorCode: 'missing_api_key' },
  { status: 401, errorCode: 'newer_than_this' },
  { status: 403, errorCode: 'invalid_api_key' },
  { status: 403, errorCode: 'authentication_error' },
]

/** Returns which header of each request contains the key. */
function keyHeaders(requests: readonly Seen[]): string[] {
  return requests.map(({ headers }) =>
    ['x-api-key', 'authorization'].filter((name) => headers[name] !== undefined).join(' and '),
  )
}

/** Where a key is sent, and where it is never sent. Pages have no key. */
export function keys(lab: Lab): Cases {
  if (!lab.options.capabilities?.key) return {}
  const { createClient } = lab.options
  return {
    ...forEach(
      [
        ['auto', 'x-api-key'],
        ['x-api-key', 'x-api-key'],
        ['bearer', 'authorization'],
      ] as const,
      ([authScheme, header]) => `with authScheme ${authScheme} it goes into ${header} alone`,
      async ([authScheme, header]) => {
        const call = await lab.ask({}, { client: { authScheme } })
        await call.stream.finalText()
        assert.deepEqual(keyHeaders(await lab.seen(call)), [header])
      },
    ),

    ...forEach(
      refusals,
      (fault) =>
        `where X-API-Key is refused, Authorization follows: ${fault.status} ${fault.errorCode}`,
      async (fault) => {
        const client = { maxRetries: 0 }
        const call = await lab.ask(
          { whenKeyIn: 'x-api-key', body: 'gateway', ...fault },
          { client },
        )
        assert.match(await call.stream.finalText(), /simulated/i)
        const requests = await lab.seen(call)
        assert.deepEqual(keyHeaders(requests), ['x-api-key', 'authorization'])
        const [first, second] = requests.map(({ headers }) => headers['idempotency-key'])
        assert.equal(first, second)
      },
    ),

    async 'a key that is known and may not do this is not tried again'() {
      const fault = { whenKeyIn: 'x-api-key', status: 403, errorCode: 'scope_denied' } as const
      const call = await lab.ask(fault)
      const error = await rejection(call.stream.finalText(), AuthenticationError)
      assert.equal(error.errorCode, 'scope_denied')
      assert.equal((await lab.seen(call)).length, 1)
    },

    async 'a key that is wrong costs two requests, and the first error is thrown'() {
      const apiKey = 'vq_not_the_right_one'
      const call = await lab.ask({}, { client: { apiKey } })
      await rejection(call.stream.finalText(), AuthenticationError)
      assert.deepEqual(keyHeaders(await lab.seen(call)), ['x-api-key', 'authorization'])
    },

    async 'the header that works is remembered, and found out once by calls at the same time'() {
      const fault = { whenKeyIn: 'x-api-key', status: 401 } as const
      const call = await lab.ask(fault)
      const texts = [call.stream, call.client.ai.stream('a'), call.client.ai.stream('b')]
      await Promise.all(texts.map((stream) => stream.finalText()))
      await call.client.ai.analyze('c')
      assert.deepEqual(keyHeaders(await lab.seen(call)), [
        'x-api-key',
        'authorization',
        'authorization',
        'authorization',
        'authorization',
      ])
    },

    async 'without a key calls fail, naming option and variable, but the constructor does not'() {
      const { ai } = createClient({ apiKey: '', baseURL: 'https://api.example.com/v1' })
      assert.throws(() => ai.stream('p'), ConfigurationError, /apiKey.*VECTRADE_API_KEY/)
      await rejection(ai.analyze('p'), ConfigurationError)
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
