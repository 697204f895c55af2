import { StreamResumeError, type VecTrade } from '@vectrade/core'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { type Cases, forEach, rejection } from './cases.ts'

/** Streams of an endpoint that stores them. The client can be in any program. */
export function resuming(lab: Lab): Cases {
  const clientOf = (path: string): VecTrade =>
    lab.options.createClient({ endpoint: new URL(path, lab.options.baseURL) })

  return {
    async 'an answer that is cut again and again arrives whole'() {
      const stream = clientOf('/stored?cut=2500').ai.stream('Bull case?')
      const ids: number[] = []
      let text = ''
      for await (const { content } of stream) {
        text += content
        ids.push(Number(stream.lastEventId))
      }
      assert.equal(text, await (await lab.ask()).stream.finalText())
      assert.deepEqual(
        ids,
        ids.map((_, at) => at + 1),
      )
    },

    async 'who leaves comes back for the rest, or all of it'() {
      const client = clientOf('/stored')
      const stream = client.ai.stream('Bull case?')
      let text = ''
      for await (const { content } of stream) {
        text += content
        if (text.length > 20) break
      }
      const { id = '', lastEventId } = stream
      assert.match(id, /^[\w-]{22}$/)
      const rest = await client.ai.resume(id, { lastEventId }).finalText()
      const all = await client.ai.resume(id).finalText()
      assert.equal(text + rest, all)
      assert.equal(all, await (await lab.ask()).stream.finalText())
    },

    async 'who stops ends it for everybody'() {
      const client = clientOf('/stored')
      const stream = client.ai.stream('Bull case?')
      await stream.response
      const following = client.ai.resume(stream.id ?? '').finalAnalysis()
      for await (const { type } of stream) if (type === 'text') break
      await stream.stop()
      const { text } = await following
      const whole = await (await lab.ask()).stream.finalText()
      assert(whole.startsWith(text) && text.length < whole.length)
    },

    ...forEach(
      ['abc-1', ...(lab.options.capabilities?.headerBytes ? ['é', '…', '\u{1f4c8}'] : [])],
      (id) => `the event ID ${id} is sent back as its UTF-8 bytes`,
      async (id) => {
        const client = clientOf(`/opaque-ids?id=${encodeURIComponent(id)}`)
        const bytes = Array.from(new TextEncoder().encode(id))
        const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
        assert.equal(await client.ai.stream('Bull case?').finalText(), hex)
      },
    ),

    async 'what is not there cannot be taken up'() {
      const stream = clientOf('/stored').ai.resume('abcdefghijklmnopqrstuv')
      await rejection(stream.finalText(), StreamResumeError)
    },
  }
}
