import { describe, expect, test } from 'vitest'
import { clean } from './clean.ts'
import { keySecrets } from '../test-support/key-secrets.ts'

const key = 'vq_secret_of_this_test'

describe('unprintable characters become spaces', () => {
  test.for<[string, string, string]>([
    ['line breaks', 'a\nb\r\nc', 'a b  c'],
    ['an escape sequence', 'a\u001B[31mred\u001B[0m', 'a [31mred [0m'],
    ['a hyperlink of a terminal', '\u001B]8;;http://x\u0007a', ']8;;http://x a'],
    ['a sequence of one character', 'a\u009B31m', 'a 31m'],
    ['NUL, backspace and DEL', 'a\0b\bc\u007F', 'a b c'],
    ['an override of the direction', 'a\u202Etxt.exe\u2066b\u061C', 'a txt.exe b'],
    ['separators of lines and paragraphs', 'a\u2028b\u2029c\u0085d', 'a b c d'],
    ['half a surrogate pair', 'a\uD83Db\uDC00c', 'a b c'],
  ])('%s', ([, text, cleaned]) => {
    expect(clean(text)).toBe(cleaned)
  })
})

test('text of any script stays as it is', () => {
  for (const text of ['台積電 📈', 'می\u200Cخواهم', '👩\u200D💻', 'é¡ÿ', 'C:\\n "quoted" <b>']) {
    expect(clean(text)).toBe(text)
  }
})

test('a long text is cut, but no surrogate pair', () => {
  expect(clean('a'.repeat(1_000_000))).toBe('a'.repeat(256))
  expect(clean(`${'a'.repeat(9)}📈`, undefined, 10)).toBe('a'.repeat(9))
})

test('a key is redacted in upper and lower case, before the text is cut', () => {
  const secrets = keySecrets([key])
  expect(clean(`Key ${key.toUpperCase()}, ${key}.`, secrets)).toBe('Key [redacted], [redacted].')
  for (let length = 0; length < 300; length += 1) {
    const text = clean('-'.repeat(length) + key, secrets, 256)
    expect(text).not.toContain('v')
    expect(text.length).toBeLessThanOrEqual(256)
  }
  // Each redaction shortens the text, so text from after the cut moves up.
  expect(clean(`${key} `.repeat(1_000), secrets)).not.toContain('v')
})

test('the pieces of a key do not become a key', () => {
  expect(clean('vq_\0secret_of_\u202Ethis_test', keySecrets([key]))).not.toContain(key)
})
