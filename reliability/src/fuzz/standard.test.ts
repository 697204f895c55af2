import { expect, test } from 'vitest'
import { decodeUtf8 } from './decode-utf8.ts'
import { readEventStream, withLimit } from './standard.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (text: string): [event: string, data: string, id: string][] =>
  readEventStream(bytesOf(text)).messages.map(({ event, data, id }) => [event, data, id])

/** The standard's own examples, in its section 9.2.6. */
test.for<[string, ReturnType<typeof read>]>([
  ['data: YHOO\ndata: +2\ndata: 10\n\n', [['', 'YHOO\n+2\n10', '']]],
  [
    ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event',
    [
      ['', 'first event', '1'],
      ['', 'second event', ''],
    ],
  ],
  [
    'data\n\ndata\ndata\n\ndata:',
    [
      ['', '', ''],
      ['', '\n', ''],
    ],
  ],
  [
    'data:test\n\ndata: test\n\n',
    [
      ['', 'test', ''],
      ['', 'test', ''],
    ],
  ],
  [
    'event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n',
    [
      ['add', '73857293', ''],
      ['remove', '2153', ''],
    ],
  ],
  [
    '\uFEFFdata: a\r\rdata: b\r\n\r\n\uFEFFdata: c\n\n',
    [
      ['', 'a', ''],
      ['', 'b', ''],
    ],
  ],
])('%j', ([text, messages]) => {
  expect(read(text)).toEqual(messages)
})

test('a reconnection time counts without a blank line, an ID only with one', () => {
  const { retries, lastEventId } = readEventStream(bytesOf('id: 1\n\nretry: 20\nid: 2\nretry: x\n'))
  expect({ retries, lastEventId }).toEqual({ retries: [20], lastEventId: '1' })
})

test('a value over the limit refuses the stream, and a long line outside events may refuse it', () => {
  const outcomes = (text: string): [number, boolean | undefined][] =>
    withLimit(readEventStream(bytesOf(text)), 3).map(({ messages, isRefused }) => {
      return [messages.length, isRefused]
    })
  expect(outcomes('data: abc\n\ndata: é€\n\n')).toEqual([[1, true]])
  expect(outcomes(`data: abc\n\nfield: ${'x'.repeat(100)}\n\n`)).toEqual([
    [1, undefined],
    [1, true],
  ])
})

test('UTF-8 is decoded like on the platform: every two bytes, and bytes that may follow them', () => {
  const platform = new TextDecoder('utf-8', { ignoreBOM: true })
  const wrong: Uint8Array[] = []
  for (let pair = 0; pair < 2 ** 16; pair += 1) {
    for (const rest of [[], [0x80], [0xbf, 0x80], [0x41]]) {
      const bytes = Uint8Array.of(pair >> 8, pair & 0xff, ...rest)
      if (decodeUtf8(bytes) !== platform.decode(bytes)) wrong.push(bytes)
    }
  }
  expect(wrong).toEqual([])
})
