import { expect, test } from 'vitest'
import { isLater, isEntryId } from './entry-id.ts'

test.for([
  ['9-0', '10-0'],
  ['10-9', '10-10'],
  ['1764389000000-0', '1764389000000-1'],
  ['', '0-0'],
])('%s is earlier than %s', ([early = '', late = '']) => {
  expect(isLater(late, early)).toBe(true)
  expect(isLater(early, late)).toBe(false)
  expect(isLater(early, early)).toBe(false)
})

test('a text is an id or not', () => {
  expect(isEntryId('1764389000000-0')).toBe(true)
  for (const text of ['', '1', '-', '1-', '1-1-1', ' 1-1', '1e3-0'])
    expect(isEntryId(text)).toBe(false)
})
