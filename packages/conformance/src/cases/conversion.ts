import {
  APIError,
  type AnalysisStream,
  fromReadableStream,
  fromResponse,
  RateLimitError,
  type StreamEvent,
  StreamInterruptedError,
  toReadableStream,
  toResponse,
  VecTradeError,
} from '@vectrade/core'
import type { Fault } from '@vectrade/sandbox/handler'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { bodyOf, collect, every, readText, utf8 } from './bytes.ts'
import { type Cases, cutInMidAnswer, forEach, rejection } from './cases.ts'

const ways: [string, (stream: AnalysisStream) => AnalysisStream][] = [
  ['stream.toResponse', (stream) => fromResponse(stream.toResponse())],
  ['toResponse', (stream) => fromResponse(toResponse(stream))],
  ['stream.toReadableStream', (stream) => fromReadableStream(stream.toReadableStream())],
  ['toReadableStream', (stream) => fromReadableStream(toReadableStream(stream))],
]

/** Streams that are passed on and read again. */
export function conversion(lab: Lab): Cases {
  const stream = async (fault: Fault = {}): Promise<AnalysisStream> => (await lab.ask(fault)).stream

  return {
    ...forEach(
      ways,
      ([name]) => `${name} and back gives the same events`,
      async ([, there]) => {
        const fault = { unknownAfterEvents: 3 }
        const [passedOn, plain] = await Promise.all([
          collect(there(await stream(fault))),
          collect(await stream(fault)),
        ])
        assert.deepEqual(passedOn, plain)
      },
    ),

    async 'twice there and back, in odd chunks'() {
      const text = await readText(fromResponse((await stream()).toResponse()).toReadableStream())
      const again = fromReadableStream(bodyOf(every(utf8(text), 5)))
      assert.deepEqual(await collect(again), await collect(await stream()))
    },

    async 'a response has the headers an event stream needs'() {
      const response = (await stream()).toResponse({ status: 201, headers: { 'x-mine': '1' } })
      assert.equal(response.status, 201)
      const headers = Object.fromEntries(response.headers)
      assert.include(headers, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
        'x-mine': '1',
      })
      assert.doesNotHaveAnyKeys(headers, ['content-length', 'content-encoding'])
      assert(response.body !== null)
      assert.match(await readText(response.body), /data: \[DONE\]\n\n$/)
    },

    async 'headers of an upstream that are about its connection or its body go no further'() {
      const headers = {
        connection: 'keep-alive, X-Hop',
        'keep-alive': 'timeout=5',
        'content-length': '5',
        'content-encoding': 'gzip',
        etag: '"a"',
        'transfer-encoding': 'chunked',
        upgrade: 'h2c',
        'x-hop': '1',
        'x-mine': '1',
      }
      const response = (await stream()).toResponse({ headers })
      const { 'x-mine': mine, ...others } = headers
      assert.equal(response.headers.get('x-mine'), mine)
      assert.doesNotHaveAnyKeys(Object.fromEntries(response.headers), Object.keys(others))
      await response.body?.cancel()
    },

    async 'a response is as good as an object for status and headers'() {
      const upstream = new Response(null, { status: 203, headers: { 'x-mine': '1' } })
      const response = (await stream()).toResponse(upstream)
      assert.equal(response.status, 203)
      assert.equal(response.headers.get('x-mine'), '1')
      await response.body?.cancel()
    },

    async 'an error keeps its class, and what had arrived'() {
      const fault = { errorAfterEvents: 4, errorType: 'rate_limit_error', message: 'Said so' }
      const error = await rejection(
        fromResponse((await stream(fault)).toResponse()).finalText(),
        RateLimitError,
      )
      assert.equal(error.message, 'Said so')
      assert.isAbove(error.partial?.text.length ?? 0, 0)
    },

    async 'an answer cut short is not passed on as a whole one'() {
      const relayed = fromResponse((await stream(cutInMidAnswer)).toResponse())
      const error = await rejection(relayed.finalText(), VecTradeError)
      assert(error instanceof APIError || error instanceof StreamInterruptedError)
      assert.isAbove(error.partial?.text.length ?? 0, 0)
    },

    async 'an unexpected exception is not told'() {
      async function* failing(): AsyncGenerator<StreamEvent> {
        yield { type: 'text', content: 'a' }
        throw new Error('password=hunter2')
      }
      const text = await readText(toReadableStream(failing()))
      assert.include(text, 'event: error')
      assert.notInclude(text, 'hunter2')
    },

    async 'cancelling what is passed on ends the request, under a pending read as well'() {
      for (const fault of [{ tokensPerSecond: 20 }, { stallAfterEvents: 2 }, { hang: true }]) {
        const call = await lab.ask(fault)
        const reader = toReadableStream(call.stream).getReader()
        const reading = reader.read()
        await lab.sent(call, 0)
        await reader.cancel()
        await reading
        await lab.assertLeft(call)
      }
    },

    async 'heartbeats fill the silence'() {
      const body = toReadableStream(await stream({ stallAfterEvents: 1, stallFor: 300 }), {
        heartbeat: 50,
      })
      const text = await readText(body)
      assert.match(text, /(^|\n):/)
      assert.match(text, /data: \[DONE\]\n\n$/)
    },
  }
}
