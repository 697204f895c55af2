import { expect, test } from 'vitest'
import { parseSocketMessage } from './socket-message.ts'

test.each([
  '{"action":"subscribe","symbols":["NVDA"]}',
  '{"action":"unsubscribe","symbols":["NVDA","AMD"]}',
  '{"action":"subscribe","symbols":["NVDA"],"fields":["volume"]}',
])('%s is read', (text) => {
  expect(parseSocketMessage(text, true)).toEqual(JSON.parse(text))
})

test.each([
  [undefined, 'Send {"action":"subscribe"'],
  ['hello', 'Send {"action":"subscribe"'],
  ['null', 'Send {"action":"subscribe"'],
  ['{"action":"listen","symbols":["NVDA"]}', 'Send {"action":"subscribe"'],
  ['{"action":"subscribe","symbols":"NVDA"}', 'Send {"action":"subscribe"'],
  ['{"action":"subscribe","symbols":["N V"]}', '`symbols` takes'],
  ['{"action":"subscribe","symbols":[5]}', '`symbols` takes'],
  ['{"action":"subscribe","symbols":[],"fields":"volume"}', '`fields` takes'],
])('%s is refused', (text, message) => {
  expect(parseSocketMessage(text, true)).toContain(message)
})

test('a channel without symbols takes no messages', () => {
  const text = '{"action":"subscribe","symbols":["NVDA"]}'
  expect(parseSocketMessage(text, false)).toContain('This channel takes no messages')
})
