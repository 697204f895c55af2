import { expect, test } from 'vitest'
import { cleanName, cleanText, withoutPiles } from './clean-text.ts'

const turns = '\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069'.split('')
const marks = '\u061C\u200E\u200F'.split('')

test.for(turns)('%j is removed, because it turns text around', (character) => {
  expect(cleanText(`a${character}b`)).toBe('ab')
  expect(cleanName(`a${character}b`)).toBe('ab')
})

test.for(marks)(
  '%j stays in prose, where spelling needs it, and is removed from names',
  (character) => {
    expect(cleanText(`a${character}b`)).toBe(`a${character}b`)
    expect(cleanName(`a${character}b`)).toBe('ab')
  },
)

test('other scripts and joined emoji stay as they are', () => {
  for (const text of ['سعر السهم', 'מניה', '台積電', '👩‍💻', 'a\u200Cb']) {
    expect(cleanText(text)).toBe(text)
    expect(cleanName(text)).toBe(text)
  }
})

test('lines end in LF, and the sign of a mark is removed', () => {
  expect(cleanText('a\r\nb\uE0001\uE000')).toBe('a\nb1')
})

test('a name has a limited length', () => {
  expect(cleanName('a'.repeat(1_000_000))).toHaveLength(300)
})

test('accents are not piled up, and the text keeps its length', () => {
  expect(withoutPiles('e\u0301')).toBe('e\u0301')
  const pile = `a${'\u0301'.repeat(20_000)}b`
  const calm = withoutPiles(pile)
  expect(calm).toHaveLength(pile.length)
  expect(calm.match(/\p{M}/gu)).toHaveLength(8)
  const wide = `a${'\u{1E8D0}'.repeat(20)}b`
  expect(withoutPiles(wide)).toHaveLength(wide.length)
})
