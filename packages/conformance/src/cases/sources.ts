import {
  AnalysisStream,
  createHandler,
  fromResponse,
  RateLimitError,
  type StreamEvent,
  StreamProtocolError,
} from '@vectrade/core'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { type Cases, rejection } from './cases.ts'
import { whileServedBy } from './while-served-by.ts'

const text = (content: string): StreamEvent => ({ type: 'text', content })
const body = '{"prompt":"p"}'

/** Answers that a program supplies, and event types of its own. What this needs is loaded on demand. */
export function sources(lab: Lab): Cases {
  const { serve } = lab.options.capabilities ?? {}

  const inPrograms: Cases = {
    async 'a stream of events of a program ends with `done`'() {
      const types = []
      for await (const { type } of AnalysisStream.from([text('a'), text('b')])) types.push(type)
      assert.deepEqual(types, ['text', 'text', 'done'])
    },

    async 'leaving such a stream ends its generator'() {
      let onEnd: (() => void) | undefined
      const ended = new Promise<void>((resolve) => {
        onEnd = resolve
      })
      async function* events(): AsyncGenerator<StreamEvent> {
        try {
          for (;;) yield text('a')
        } finally {
          onEnd?.()
        }
      }
      for await (const event of AnalysisStream.from(events())) if (event.content === 'a') break
      await ended
    },

    async 'an event of a type of its own comes as what it is'() {
      const response = streamOf('{"type":"chart","points":[1,2]}')
      for await (const event of fromResponse(response, { events: { chart: true } })) {
        assert.deepEqual(event, { type: 'chart', content: '', points: [1, 2] } as never)
        break
      }
    },

    async 'an event that its validator refuses ends the stream'() {
      const validate = (): object => ({ issues: [{ message: 'vq_secret', path: ['points', 0] }] })
      const chart = { '~standard': { version: 1, vendor: 'lab', validate } }
      const stream = fromResponse(streamOf('{"type":"chart"}'), { events: { chart } as never })
      const error = await rejection(stream.finalText(), StreamProtocolError)
      assert.match(String(error), /does not match its validator at points\.0$/)
    },
  }
  if (serve === undefined) return inPrograms

  return {
    ...inPrograms,

    async 'served: an endpoint answers from a source'() {
      const handler = createHandler({
        async *source({ prompt }) {
          yield text(prompt)
        },
      })
      await whileServedBy(serve, handler, async (url) => {
        const response = await lab.call({ url, body })
        assert.equal(
          await response.text(),
          'data: {"type":"text","content":"p"}\n\ndata: {"type":"done"}\n\ndata: [DONE]\n\n',
        )
      })
    },

    async 'served: a source that refuses decides the status'() {
      const limit = { message: 'Wait', type: 'rate_limit_error', retryable: true, retryAfter: 3 }
      const handler = createHandler({ source: () => Promise.reject(new RateLimitError(limit)) })
      await whileServedBy(serve, handler, async (url) => {
        const response = await lab.call({ url, body })
        assert.equal(response.status, 429)
        assert.equal(response.headers.get('retry-after'), '3')
      })
    },
  }
}

function streamOf(data: string): Response {
  return new Response(`data: ${data}\n\ndata: [DONE]\n\n`, {
    headers: { 'content-type': 'text/event-stream' },
  })
}
