import { expect, test } from 'vitest'
import { singleHeader } from './single-header.ts'

test.for<[lines: string[], value: string | undefined, separator?: string]>([
  [['a'], 'a'],
  [['a', 'a'], 'a'],
  [['a', ''], 'a'],
  [['a', 'b'], undefined],
  [[], undefined],
  [[''], undefined],
  [['https://e/a,b', 'https://e/a,b'], 'https://e/a,b'],
  [['5,5'], '5,5'],
  [['5,5'], '5', ','],
  [['5', '5'], '5', ','],
])('the value of %o is %s', ([lines, value, separator]) => {
  const headers = new Headers()
  for (const line of lines) headers.append('last-event-id', line)
  expect(singleHeader(headers, 'last-event-id', separator)).toBe(value)
})

test('without headers there is no value', () => {
  expect(singleHeader(undefined, 'last-event-id')).toBeUndefined()
})
