import { describe, expect, test } from 'vitest'
import { cleanText, placeMarks, splitAtMarks } from './citation-mark.ts'
import { markdown } from './markdown.ts'

/** Markdown with `^` where sources are cited, as it is with their marks in place. */
function placed(text: string): string {
  const parts = text.split('^')
  const marks = parts.slice(1).map((_, index) => ({
    at: parts.slice(0, index + 1).join('').length,
    number: index + 1,
  }))
  return placeMarks(parts.join(''), marks)
}

const shown = (source: string): string => splitAtMarks(source).join('|')
const html = (source: string): string => shown(markdown.parse(source, { async: false })).trim()

describe('a mark', () => {
  test.each([
    ['stands behind the text', 'One.^', 'One.|1|'],
    ['stands there alone', '^', '\n\n|1|\n'],
    ['stands behind another one', 'One.^^', 'One.|1||2|'],
    ['stands before a comma', 'One^, two', 'One|1|, two'],
    ['waits for the end of a word', 'grow^th of', 'growth|1| of'],
    ['stays before the next one', 'gro^wth^, and', 'growth|1||2|, and'],
    ['stands between sentences without spaces', '上升。^其次', '上升。|1|其次'],
    ['leaves a heading one', '##^ Heading', '## Heading|1|'],
    ['leaves a list one', '1.^ One two', '1. One|1| two'],
    ['leaves an address whole', 'https://exa^mple.com/a more', 'https://example.com/a more|1|'],
    ['leaves a bracketed address whole', '<https://x.^com> more', '<https://x.com>|1| more'],
    [
      'stands behind a link',
      'see [the re^port](https://a.b) it',
      'see [the report](https://a.b)|1| it',
    ],
    ['leaves an entity whole', 'a &am^p; b', 'a &amp;|1| b'],
    ['leaves an escape whole', '\\^*b* c', '\\*b*|1| c'],
    ['stands behind code', 'a `b ^c` d', 'a `b c`|1| d'],
    ['stands within bold text', '**Margins^ fell.**', '**Margins|1| fell.**'],
    [
      'stands in the last cell of a row',
      '| a | b |\n|---|---|\n| c | d |^\n| e | f |',
      '| a | b |\n|---|---|\n| c | d|1| |\n| e | f |',
    ],
    ['stands below a code block', '```js^\nlet a = 1\n```', '```js\nlet a = 1\n```\n\n|1|\n'],
    [
      'stands below a code block without end',
      '```js\nlet a^ = 1',
      '```js\nlet a = 1\n```\n\n|1|\n',
    ],
    ['stands below a rule', '---^', '---\n\n|1|\n'],
    ['stands below an underlined heading', 'One\n---^', 'One\n---\n\n|1|\n'],
  ])('%s', (_, text, expected) => {
    expect(shown(placed(text))).toBe(expected)
  })

  test('leaves bold text that ends in a full stop bold', () => {
    expect(html(placed('**Margins fell.**^ More'))).toBe(
      '<p><strong>Margins fell.</strong>|1| More</p>',
    )
  })

  test('is there even for what cannot be read', () => {
    expect(splitAtMarks(placed(`${'>'.repeat(5_000)} a^`))).toHaveLength(3)
  })

  test('is cheap, however many there are', () => {
    const marks = Array.from({ length: 5_000 }, (_, index) => ({ at: 3, number: index + 1 }))
    const start = performance.now()
    expect(splitAtMarks(placeMarks('word '.repeat(200), marks))).toHaveLength(10_001)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

test('an answer can neither make marks of its own nor turn its text around', () => {
  expect(splitAtMarks(cleanText(`a${placed('^')}b`))).toHaveLength(1)
  expect(cleanText('\u202Emoc.knab\r\n')).toBe('moc.knab\n')
})
