import { ServiceUnavailableError, StreamInterruptedError, ValidationError } from '@vectrade/core'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { type Cases, rejection } from './cases.ts'

/** The content of a request, and when it is sent again. */
export function requests(lab: Lab): Cases {
  return {
    async 'nothing is sent before the stream is used'() {
      const call = await lab.ask()
      assert.deepEqual(await lab.seen(call), [])
      await call.stream.finalText()
      assert.equal((await lab.seen(call)).length, 1)
    },

    async "the option `fetch` can be the runtime's own function"() {
      for (const instrumentation of [undefined, { onCall: () => ({ onEnd() {} }) }]) {
        const { stream } = await lab.ask(
          {},
          { client: { fetch: globalThis.fetch, instrumentation } },
        )
        assert.match(await stream.finalText(), /simulated/i)
      }
    },

    async 'a request is what the protocol says'() {
      const call = await lab.ask({}, { prompt: 'Why «NVDA»? 台積電', headers: { 'x-team': 'a' } })
      await call.stream.finalText()
      const [request] = await lab.seen(call)
      assert.equal(request?.method, 'POST')
      assert.nestedPropertyVal(request, 'body.prompt', 'Why «NVDA»? 台積電')
      assert.include(request?.headers, {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        'cache-control': 'no-cache',
        'x-team': 'a',
      })
      assert.match(
        String(request?.idempotencyKey),
        /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
      )
      assert.notProperty(request?.headers, 'last-event-id')
    },

    async 'a prompt arrives as it is, in every script, and however long'() {
      for (const prompt of ['台積電 — “naïve”? 🚀', 'NVDA '.repeat(6_000), '\u2028\0"\\']) {
        const call = await lab.ask({}, { prompt })
        await call.stream.finalText()
        const [request] = await lab.seen(call)
        assert.nestedPropertyVal(request, 'body.prompt', prompt)
      }
    },

    async 'what failed before the answer began is sent again, as the same call'() {
      const fault = { status: 503, times: 2, retryAfterMs: 5 }
      const call = await lab.ask(fault, { client: { maxRetries: 2 } })
      assert.match(await call.stream.finalText(), /simulated/i)
      const seen = await lab.seen(call)
      assert.deepEqual(
        seen.map(({ attempt, status }) => [attempt, status]),
        [
          [1, 503],
          [2, 503],
          [3, 200],
        ],
      )
    },

    async 'so is a connection that is closed without an answer'() {
      const call = await lab.ask({ destroy: 'rst', times: 1 }, { client: { maxRetries: 1 } })
      assert.match(await call.stream.finalText(), /simulated/i)
    },

    async 'but no more often than allowed'() {
      const fault = { status: 503, retryAfterMs: 5 }
      const call = await lab.ask(fault, { client: { maxRetries: 1 } })
      await rejection(call.stream.finalText(), ServiceUnavailableError)
      assert.equal((await lab.seen(call)).length, 2)
    },

    async 'and not what is wrong with the request'() {
      const call = await lab.ask({ status: 422 }, { client: { maxRetries: 2 } })
      await rejection(call.stream.finalText(), ValidationError)
      assert.equal((await lab.seen(call)).length, 1)
    },

    async 'nor where the server says no'() {
      const fault = { status: 503, shouldRetry: false }
      const call = await lab.ask(fault, { client: { maxRetries: 2 } })
      await rejection(call.stream.finalText(), ServiceUnavailableError)
      assert.equal((await lab.seen(call)).length, 1)
    },

    async 'an answer that has begun is never asked for again'() {
      const call = await lab.ask({ cutAfterEvents: 2, ids: true }, { client: { maxRetries: 2 } })
      await rejection(call.stream.finalText(), StreamInterruptedError)
      assert.equal((await lab.seen(call)).length, 1)
    },
  }
}
