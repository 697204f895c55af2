import { describe, expect, test } from 'vitest'
import type { AnalysisPart } from '../analysis-part.ts'
import { LinkScanner } from './link-scanner.ts'

function citationsOf(...pieces: string[]): [source: string, url: string][] {
  const scanner = new LinkScanner()
  const parts = pieces.flatMap((piece) => scanner.scan(piece))
  const texts = parts.map((part) => (part.type === 'text' ? part.content : ''))
  expect(texts.join('')).toBe(pieces.join(''))
  return parts.flatMap((part) => (part.type === 'citation' ? [[part.source, part.url]] : []))
}

describe('a Markdown link', () => {
  test('is followed by its citation, and stays in the text', () => {
    const parts = new LinkScanner().scan('Up ([10-K](https://sec.gov/a)), so.')
    expect(parts).toEqual<AnalysisPart[]>([
      { type: 'text', content: 'Up ([10-K](https://sec.gov/a)' },
      { type: 'citation', source: '10-K', url: 'https://sec.gov/a' },
      { type: 'text', content: '), so.' },
    ])
  })

  test('can be cut anywhere', () => {
    const text = 'See [the **report**](https://a.example/x "2025") and [b](http://b.example/).'
    const expected = [
      ['the report', 'https://a.example/x'],
      ['b', 'http://b.example/'],
    ]
    for (let at = 0; at <= text.length; at += 1) {
      expect(citationsOf(text.slice(0, at), text.slice(at))).toEqual(expected)
    }
    expect(citationsOf(...text.split(''))).toEqual(expected)
  })

  test.each([
    [
      '[Foo](https://en.wikipedia.org/wiki/Foo_(bar))',
      'Foo',
      'https://en.wikipedia.org/wiki/Foo_(bar)',
    ],
    ['[[1]](https://a.example/x)', 'a.example', 'https://a.example/x'],
    ['[1](https://a.example/x)', 'a.example', 'https://a.example/x'],
    ['[a](<https://a.example/x>)', 'a', 'https://a.example/x'],
    ['[a] [b](https://b.example/)', 'b', 'https://b.example/'],
    ['[a\nb](https://b.example/)', 'a b', 'https://b.example/'],
  ])('is found in %s', (text, source, url) => {
    expect(citationsOf(text)).toEqual([[source, url]])
  })

  test.each([
    '![chart](https://a.example/x.png)',
    String.raw`\[a](https://a.example/)`,
    '[a](javascript:alert(1))',
    '[a](/relative)',
    '[a] (https://a.example/)',
    '[a](https://a.example/',
    '[a](https://a.example/\n)',
    `[${'a'.repeat(400)}](https://a.example/)`,
    `[a](https://a.example/${'a'.repeat(3000)})`,
    'https://a.example/',
  ])('is not found in %s', (text) => {
    expect(citationsOf(text)).toEqual([])
  })
})
