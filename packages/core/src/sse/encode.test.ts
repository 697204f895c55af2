import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeEventStream, type SseMessage } from './decode.ts'
import { encodeEvent } from './encode.ts'

interface Decoded {
  events: SseMessage[]
  retry: number | undefined
  lastEventId: string
}

async function decode(text: string): Promise<Decoded> {
  let retry: number | undefined
  const body = new Blob([text]).stream()
  const messages = decodeEventStream(body, { onRetry: (ms) => (retry = ms) })
  const events = await Array.fromAsync(messages)
  return { events, retry, lastEventId: messages.lastEventId }
}

/** Any text a wire can carry: half a surrogate pair has no UTF-8. */
const text = fc.string({ unit: 'binary', maxLength: 200 })
const line = text.map((value) => value.replaceAll(/[\r\n\0]/g, ''))

test('what is encoded comes back the same, whatever it is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record(
          { event: line, data: text, id: line, retry: fc.nat(), comment: text },
          { requiredKeys: ['data'] },
        ),
        { maxLength: 8 },
      ),
      async (messages) => {
        let id = ''
        const expected = messages.map((message): SseMessage => {
          id = message.id ?? id
          return {
            data: message.data.replaceAll(/\r\n|\r/g, '\n'),
            ...(message.event ? { event: message.event } : {}),
            ...(id ? { id } : {}),
          }
        })
        const { events, lastEventId } = await decode(messages.map(encodeEvent).join(''))
        expect(events).toEqual(expected)
        expect(lastEventId).toBe(id)
      },
    ),
    { seed: 20_261_122, numRuns: 1000 },
  )
})

test.for<[unknown, RegExp]>([
  [null, /object/],
  ['text', /object/],
  [{ event: null, data: '' }, /`event`/],
  [{ event: 0, data: '' }, /`event`/],
  [{ id: null, data: '' }, /`id`/],
  [{ data: null }, /`data`/],
  [{ comment: null }, /`comment`/],
  [{ retry: null, data: '' }, /`retry`/],
])('%j is no message', ([message, names]) => {
  expect(() => encodeEvent(message as never)).toThrow(TypeError)
  expect(() => encodeEvent(message as never)).toThrow(names)
})

test('errors name the field and not its value', () => {
  expect(() => encodeEvent({ event: 'se\ncret', data: '' })).toThrow(/`event`/)
  expect(() => encodeEvent({ event: 'se\ncret', data: '' })).not.toThrow(/cret/)
})
