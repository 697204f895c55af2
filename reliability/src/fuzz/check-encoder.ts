import {
  type EncodableMessage,
  encodeEvent,
  type StreamEvent,
  toReadableStream,
} from '@vectrade/core'
import { difference } from './difference.ts'
import { readAnswer } from './protocol.ts'
import type { Random } from '../random.ts'
import { readEventStream } from './standard.ts'

const strings = [
  ['', 'a', 'two\nlines', '\r', '\r\n', '\n\n', 'a\r\rb', ' a', ': a', 'data: x', 'é', '漢', '𝄞'],
  ['\0', 'a\0b', '\u2028', '\uFEFF', '[DONE]', '7', '{"type":"text","content":"a"}', '\uD800'],
].flat()
const retries = [0, 1, 3000, 2 ** 53 - 1, -1, 1.5, 2 ** 53, Number.NaN, Infinity]
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
/** Returns a text as the standard reads it: with LF line breaks and without lone surrogates. */
const withLines = (text: string): string => text.replaceAll(/\r\n?/g, '\n').toWellFormed()

/** Encodes random messages with `encodeEvent`, and compares them with what the standard's parser reads. */
export function checkEncoder(random: Random): string | undefined {
  const given = Array.from({ length: 1 + random.below(4) }, () => randomMessage(random))
  const expected = { messages: [] as unknown[], retries: [] as number[], comments: [] as string[] }
  let id = ''
  let text = ''
  for (const message of given) {
    const isRefused =
      [message.event, message.id].some((field) => /[\r\n\0]/.test(field ?? '')) ||
      (message.retry !== undefined && !(Number.isSafeInteger(message.retry) && message.retry >= 0))
    const encoded = encodedOrRefused(message)
    if ((encoded === undefined) !== isRefused) return `refused or not: ${JSON.stringify(message)}`
    if (encoded === undefined) continue
    text += encoded
    id = message.id?.toWellFormed() ?? id
    if (message.comment !== undefined)
      expected.comments.push(...withLines(message.comment).split('\n'))
    if (message.retry !== undefined) expected.retries.push(message.retry)
    if (message.data === undefined) continue
    expected.messages.push([message.event?.toWellFormed() ?? '', withLines(message.data), id])
  }
  const read = readEventStream(bytesOf(text))
  const messages = read.messages.map(({ event, data, id: lastId }) => [event, data, lastId])
  const { retries: set, comments } = read
  const wrong = difference({ messages, retries: set, comments }, [expected])
  return wrong && `${JSON.stringify(given)}\n  ${wrong}`
}

function encodedOrRefused(message: EncodableMessage): string | undefined {
  try {
    return encodeEvent(message)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function randomMessage(random: Random): EncodableMessage {
  const message: EncodableMessage = {}
  if (random.chance(0.9)) message.data = longer(random)
  if (random.chance(0.3)) message.event = random.pick(strings)
  if (random.chance(0.3)) message.id = random.pick(strings)
  if (random.chance(0.2)) message.retry = random.pick(retries)
  if (random.chance(0.2)) message.comment = longer(random)
  return message
}

function longer(random: Random): string {
  return random.pick(strings) + (random.chance(0.5) ? random.pick(strings) : '')
}

/** Relays a program's own events, and compares them with what the protocol's parser reads. */
export async function checkRelayedEvents(random: Random): Promise<string | undefined> {
  const events = Array.from({ length: random.below(5) }, () => randomEvent(random))
  const fails = random.chance(0.2)
  async function* source(): AsyncGenerator<StreamEvent> {
    for (const event of events) {
      if (random.chance(0.3)) await Promise.resolve()
      yield event
    }
    if (fails) throw new Error('of its own')
  }
  const output: Uint8Array[] = []
  for await (const piece of toReadableStream(source(), { heartbeat: 0 })) output.push(piece)
  const read = readAnswer(readEventStream(Buffer.concat(output)))
  const ending = fails ? { kind: 'error', error: 'ServerError' } : { kind: 'complete' }
  const done = events.findIndex(({ type }) => type === 'done')
  const expected =
    done === -1
      ? { events, ending }
      : { events: events.slice(0, done + 1), ending: { kind: 'complete' } }
  return difference({ events: read.events, ending: read.ending }, [expected])
}

function randomEvent(random: Random): StreamEvent {
  const text = random.pick(strings)
  const events: StreamEvent[] = [
    { type: 'text', content: text },
    { type: 'citation', content: '', source: text, url: random.pick(strings) },
    { type: 'metadata', content: '', model: text, list: [text, 1, null, { text }] },
    { type: 'unknown', content: '', wireType: 'chart', data: { type: 'chart', text } },
    { type: 'unknown', content: '', wireType: 'ping', data: text },
    { type: 'unknown', content: '', wireType: 'ping', data: [text] },
    { type: 'done', content: '', usage: { prompt_tokens: 1 } },
  ]
  return events[random.below(random.chance(0.1) ? events.length : events.length - 1)]!
}
