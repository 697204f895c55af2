import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeEventStream, type SseMessage } from './decode.ts'
import { type EncodableMessage, encodeEvent } from './encode.ts'

interface EncoderCase {
  name: string
  message: EncodableMessage
  accept: {
    throws?: boolean
    events?: SseMessage[]
    retry?: number
    lastEventId?: string
    wireMustNotContain?: string
  }[]
}

const cases: EncoderCase[] = JSON.parse(
  readFileSync(new URL('fixtures/encoder-cases.json', import.meta.url), 'utf8'),
)

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

describe('the conformance cases', () => {
  test('are all there', () => expect(cases.length).toBeGreaterThanOrEqual(52))

  test.for(cases)('$name', async ({ message, accept }) => {
    let text: string
    try {
      text = encodeEvent(message)
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      expect(accept).toContainEqual({ throws: true })
      return
    }
    const decoded = await decode(text)
    const fits = accept.some(
      ({ events, retry, lastEventId, wireMustNotContain }) =>
        events !== undefined &&
        JSON.stringify(decoded.events.map(sorted)) === JSON.stringify(events.map(sorted)) &&
        decoded.retry === retry &&
        (lastEventId === undefined || decoded.lastEventId === lastEventId) &&
        (wireMustNotContain === undefined || !text.includes(wireMustNotContain)),
    )
    expect(fits, JSON.stringify({ text, decoded, accept })).toBe(true)
  })
})

function sorted({ event, data, id }: SseMessage): unknown {
  return { event, data, id }
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

test('errors name the field and not its value', () => {
  expect(() => encodeEvent({ event: 'se\ncret', data: '' })).toThrow(/`event`/)
  expect(() => encodeEvent({ event: 'se\ncret', data: '' })).not.toThrow(/cret/)
})
