import { expect, test } from 'vitest'
import { encodeEvent } from './encode.ts'

test.for<[unknown, RegExp]>([
  [null, /object/],
  ['text', /object/],
  [{ event: null, data: '' }, /`event`/],
  [{ event: 0, data: '' }, /`event`/],
  [{ id: null, data: '' }, /`id`/],
  [{ data: null }, /`data`/],
  [{ comment: null }, /`comment`/],
  [{ retry: null, data: '' }, /`retry`/],
])('%j is refused', ([message, names]) => {
  expect(() => encodeEvent(message as never)).toThrow(TypeError)
  expect(() => encodeEvent(message as never)).toThrow(names)
})

test('errors name the field and do not quote its value', () => {
  expect(() => encodeEvent({ event: 'se\ncret', data: '' })).toThrow(/`event`/)
  expect(() => encodeEvent({ event: 'se\ncret', data: '' })).not.toThrow(/cret/)
})
