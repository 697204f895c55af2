import { expect, test } from 'vitest'
import { JsonView } from './json-view.ts'
import { oneLine, printable } from './printable.ts'

const turns = '\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'.split('')
const marks = '\u061c\u200e\u200f'.split('')

test.for(turns)('%j is removed, because it turns text around', (character) => {
  expect(printable(`a${character}b`)).toBe('ab')
  expect(oneLine(`a${character}b`)).toBe('ab')
})

test.for(marks)(
  '%j stays in prose, where spelling needs it, and is removed from names',
  (character) => {
    expect(printable(`a${character}b`)).toBe(`a${character}b`)
    expect(oneLine(`a${character}b`)).toBe('ab')
  },
)

test('other scripts and joined emoji stay as they are', () => {
  for (const text of ['سعر السهم', 'מניה', '台積電', '👩‍💻', 'a\u200cb']) {
    expect(printable(text)).toBe(text)
    expect(oneLine(text)).toBe(text)
  }
})

test('white space becomes one space on one line', () => {
  expect(oneLine(' a\r\n\tb\u2028c ')).toBe('a b c')
})

test.for([...turns, ...marks, '\u0085'])('%j is escaped in JSON', (character) => {
  const line = new JsonView().show({ type: 'text', content: `a${character}b` })
  expect(line).toMatch(/"content":"a\\u[0-9a-f]{4}b"/)
  expect(JSON.parse(line)).toEqual({ type: 'text', content: `a${character}b` })
})
