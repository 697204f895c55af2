import { RateLimitError, StreamProtocolError } from '@vectrade/core'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { type Cases, forEach, rejection } from './cases.ts'

/** Headers that a proxy has sent twice. `Headers` joins their values. */
export function headers(lab: Lab): Cases {
  return {
    ...forEach(
      [
        'text/event-stream, text/event-stream',
        'text/html, text/event-stream',
        'text/event-stream, */*',
        'Text/Event-Stream, nothing',
      ],
      (contentType) => `an answer of type ${contentType} is a stream`,
      async (contentType) => {
        const { stream } = await lab.ask({ contentType })
        assert.match(await stream.finalText(), /simulated/i)
      },
    ),

    ...forEach(
      ['text/event-stream, text/html', '*/*', 'text/event-stream"'],
      (contentType) => `an answer of type ${contentType} is none`,
      async (contentType) => {
        const { stream } = await lab.ask({ contentType })
        await rejection(stream.finalText(), StreamProtocolError)
      },
    ),

    async 'a limit that is told twice is one limit, and two that differ are none'() {
      const { stream } = await lab.ask({
        status: 429,
        headers: {
          'retry-after': '5, 7',
          'x-vq-ratelimit-limit': '60, 60',
          'x-vq-ratelimit-remaining': '1, 2',
        },
      })
      const error = await rejection(stream.finalText(), RateLimitError)
      assert.include(error, { retryAfter: 7, limit: 60, remaining: undefined })
    },

    async 'x-should-retry: false that is sent twice is obeyed'() {
      const fault = { status: 503, headers: { 'x-should-retry': 'false, false' } }
      const call = await lab.ask(fault, { client: { maxRetries: 2 } })
      await rejection(call.stream.finalText(), Error)
      assert.equal((await lab.seen(call)).length, 1)
    },
  }
}
