import { type Analysis, StreamConsumedError } from '@vectrade/core'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { collect } from './bytes.ts'
import { collectGarbage } from './collect-garbage.ts'
import { type Cases, rejection } from './cases.ts'

/** The ways to read an answer. */
export function answers(lab: Lab): Cases {
  const whole = async (): Promise<Analysis> => (await lab.ask()).stream.finalAnalysis()

  return {
    async 'finalText, textStream and the events have one text'() {
      const { text } = await whole()
      assert.match(text, /simulated/i)
      assert.equal(await (await lab.ask()).stream.finalText(), text)
      const pieces = await collect((await lab.ask()).stream.textStream)
      assert.equal(pieces.join(''), text)
      assert(pieces.every((piece) => piece !== ''))
    },

    async 'finalAnalysis has everything'() {
      const { citations, metadata, usage, requestId } = await whole()
      assert.isAbove(citations.length, 0)
      for (const citation of citations) assert.hasAllKeys(citation, ['source', 'url'])
      assert.equal(metadata['model'], 'vectrade-sandbox-simulated')
      assert.isNumber(usage?.completion_tokens)
      assert.match(String(requestId), /^req_/)
    },

    async 'usage has the same names, however the server spells them'() {
      const { client, stream } = await lab.ask({ usage: 'camel' })
      const { usage } = await stream.finalAnalysis()
      assert.isNumber(usage?.completion_tokens)
      assert.equal(usage?.['completionTokens'], usage?.completion_tokens)
      assert.isNumber((await client.ai.analyze('p')).usage?.completion_tokens)
    },

    async 'analyze gives the same in one piece'() {
      const { client } = await lab.ask()
      const { requestId: _, ...analysis } = await client.ai.analyze('Bull case?')
      const { requestId: __, ...streamed } = await whole()
      assert.equal(analysis.text, streamed.text)
      assert.deepEqual(analysis.citations, streamed.citations)
      assert.deepEqual(analysis.usage, streamed.usage)
    },

    // Firefox delivers the headers only with the first byte of the body, which is a heartbeat here.
    async 'response tells status, request id and limits before the first event'() {
      const { stream } = await lab.ask({ stallAfterEvents: 0, heartbeat: 50 })
      const { status, requestId, rateLimit, headers } = await stream.response
      assert.equal(status, 200)
      assert.match(String(requestId), /^req_/)
      assert.isNumber(rateLimit.limit)
      assert.isNumber(rateLimit.quotaRemaining)
      assert.include(headers.get('content-type'), 'text/event-stream')
      await stream.cancel()
    },

    async 'tee gives the same twice'() {
      const { stream } = await lab.ask()
      const [left, right] = stream.tee()
      const [one, two] = await Promise.all([collect(left), collect(right)])
      assert.deepEqual(one, two)
      assert.equal(one.at(-1)?.type, 'done')
    },

    // Node ends the body of a garbage-collected response unless the body is locked.
    async 'an answer that is read late is whole'() {
      const { text } = await whole()
      const { stream } = await lab.ask()
      await stream.response
      await collectGarbage()
      assert.equal(await stream.finalText(), text)
    },

    async 'a stream is used once'() {
      const { stream } = await lab.ask()
      await stream.finalText()
      await rejection(stream.finalText(), StreamConsumedError)
      await rejection(collect(stream), StreamConsumedError)
    },

    async 'the server may keep the connection open: done is the end'() {
      const call = await lab.ask({ linger: true })
      assert.equal((await collect(call.stream)).at(-1)?.type, 'done')
    },
  }
}
