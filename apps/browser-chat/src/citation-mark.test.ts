import MarkdownIt, { type ParserBlock } from 'markdown-it'
import { describe, expect, test, vi } from 'vitest'
import {
  htmlWithMarks,
  type Mark,
  markdownWithMarks,
  marksOf,
  mostMarks,
  splitAtMarks,
  textWithMarks,
} from './citation-mark.ts'
import { sample } from './test-support/sample.ts'

/** Splits Markdown with a `^` for each citation into the source and its marks. */
function read(text: string): { source: string; marks: Mark[] } {
  const parts = text.split('^')
  const marks = parts.slice(1).map((_, index) => ({
    at: parts.slice(0, index + 1).join('').length,
    number: index + 1,
  }))
  return { source: parts.join(''), marks }
}

function copied(text: string): string {
  const { source, marks } = read(text)
  const block = { source, start: 0, isText: false }
  return markdownWithMarks(block, marks).replace(/\[(\d+)\]/g, '|$1|')
}

function html(text: string): string {
  const { source, marks } = read(text)
  return shown(htmlWithMarks(source, marks) ?? '').trim()
}

const shown = (text: string): string => splitAtMarks(text).join('|')

describe('a mark', () => {
  test.each([
    ['stands after the text', 'One.^', 'One.|1|'],
    ['stands there alone', '^', '\n\n|1|\n'],
    ['stands after another mark', 'One.^^', 'One.|1||2|'],
    ['stands before a comma', 'One^, two', 'One|1|, two'],
    ['waits for the end of a word', 'grow^th of', 'growth|1| of'],
    ['stays before the next one', 'gro^wth^, and', 'growth|1||2|, and'],
    ['stands between sentences without spaces', '上升。^其次', '上升。|1|其次'],
    ['leaves a heading one', '##^ Heading', '## Heading|1|'],
    ['leaves a list one', '1.^ One two', '1. One|1| two'],
    ['leaves an address whole', 'https://exa^mple.com/a more', 'https://example.com/a more|1|'],
    ['leaves a bracketed address whole', '<https://x.^com> more', '<https://x.com>|1| more'],
    [
      'stands after a link',
      'see [the re^port](https://a.b) it',
      'see [the report](https://a.b)|1| it',
    ],
    ['leaves an entity whole', 'a &am^p; b', 'a &amp;|1| b'],
    ['leaves an escape whole', '\\^*b* c', '\\*b*|1| c'],
    ['stands after code', 'a `b ^c` d', 'a `b c`|1| d'],
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
    expect(copied(text)).toBe(expected)
  })

  test.each([
    ['**Margins fell.**^ More', '<p><strong>Margins fell.</strong>|1| More</p>'],
    ['a *b* `c`^', '<p>a <em>b</em> <code>c</code>|1|</p>'],
    ['a **b `c`**^', '<p>a <strong>b <code>c</code></strong>|1|</p>'],
    ['> - one^ two\n>   three^', '|1| two\nthree|2|</li>'],
    ['One  \ntwo^ three', '<p>One<br>\ntwo|1| three</p>'],
    ['a \\*b\\* c^ &amp; d', '<p>a *b* c|1| &amp; d</p>'],
    ['| a | b |\n|---|---|\n| c | d |^\n| e^ | f |', '<td>d|1|</td>'],
    ['| a | b |\n|---|---|\n| c | d |^\n| e^ | f |', '<td>e|2|</td>'],
    ['| a |\n|---|\n| `c` |^\n| e |', '<td><code>c</code>|1|</td>'],
    ['```js^\nlet a = 1\n```', '</code></pre>\n<p>|1|</p>'],
  ])('is in the page where it belongs: %j', (text, expected) => {
    expect(html(text)).toContain(expected)
  })

  test('changes only the place where it stands', () => {
    const plain = htmlWithMarks(sample, [])
    for (let at = 0; at <= sample.length; at += 1) {
      const marked = htmlWithMarks(sample, [{ at, number: 1 }]) ?? ''
      const [before = '', number, after = ''] = splitAtMarks(marked)
      expect(number).toBe('1')
      expect((before + after).replace(/<p><\/p>\n$/, '')).toBe(plain)
    }
  })

  test('stands at the end of a word in plain text', () => {
    expect(htmlWithMarks('>'.repeat(5_000), [])).toBeUndefined()
    const { source, marks } = read('*gro^wth of^ it, and^')
    expect(shown(textWithMarks(source, marks))).toBe('*growth|1| of|2| it, and|3|')
  })
})

test('marks are taken one block after the other', () => {
  const marks = [3, 5, 9, 12].map((at, index) => ({ at, number: index + 1 }))
  expect(marksOf({ start: 0, source: 'One, ' }, marks, 0)).toEqual([
    { at: 3, number: 1 },
    { at: 5, number: 2 },
  ])
  // A mark that comes too late for its block is in the next block.
  expect(marksOf({ start: 10, source: 'three' }, marks, 2)).toEqual([
    { at: 0, number: 3 },
    { at: 2, number: 4 },
  ])
})

test('a block is read once, however many marks it has', () => {
  const parse = vi.spyOn(MarkdownIt().block.constructor.prototype as ParserBlock, 'parse')
  const marks = Array.from({ length: mostMarks }, (_, index) => ({ at: 5 * index, number: 1 }))
  htmlWithMarks('`word` '.repeat(300), marks)
  expect(parse).toHaveBeenCalledTimes(1)
  parse.mockRestore()
})

test('a block has a limited number of marks', () => {
  const marks = Array.from({ length: 5_000 }, (_, index) => ({ at: 3, number: index + 1 }))
  expect(splitAtMarks(htmlWithMarks('word '.repeat(200), marks) ?? '')).toHaveLength(
    2 * mostMarks + 1,
  )
})

test('entities in an answer make no marks and do not turn its text around', () => {
  const page =
    htmlWithMarks('a&#xE000;1&#xE000;b &#x202E;c <https://d.example/%E2%80%AE>', []) ?? ''
  expect(splitAtMarks(page)).toHaveLength(1)
  expect(page).not.toContain('\u202E')
})
