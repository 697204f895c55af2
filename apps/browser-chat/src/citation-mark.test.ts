import { describe, expect, test } from 'vitest'
import { addMark, splitAtMarks, withoutMarks } from './citation-mark.ts'
import { markdown } from './markdown.ts'

/** The text with its marks to read, and what of its HTML matters. */
const shown = (source: string): string => splitAtMarks(source).join('|')
const html = (source: string): string => shown(markdown.parse(source, { async: false })).trim()

describe('addMark', () => {
  test.each([
    ['behind the text', 'One.', 'One.|1|'],
    ['at the very beginning', '', '|1|'],
    ['before the white space', 'One. \n\n', 'One.|1| \n\n'],
    ['behind another one', addMark('One.', 2), 'One.|2||1|'],
    [
      'in the last cell of a row',
      '| a | b |\n|---|---|\n| c | d |\n',
      '| a | b |\n|---|---|\n| c | d |1||\n',
    ],
    ['before half a link', 'see [the report](https://exa', 'see |1|[the report](https://exa'],
    ['behind a whole one', '[a](https://b.c)', '[a](https://b.c)|1|'],
    ['behind a code block', '```\na\n```\n', '```\na\n```\n\n|1|\n'],
    ['behind a rule', 'a\n\n---', 'a\n\n---\n\n|1|\n'],
  ])('%s', (_, text, expected) => {
    expect(shown(addMark(text, 1))).toBe(expected)
  })

  test('bold text that ends in a full stop stays bold', () => {
    expect(html(`${addMark('**Margins fell.**', 1)} More`)).toBe(
      '<p><strong>Margins fell.</strong>|1| More</p>',
    )
  })

  test('what follows a list stays outside of it', () => {
    expect(html(`${addMark('- a\n- b\n', 1)}\nText`)).toBe(
      '<ul>\n<li>a</li>\n<li>b|1|</li>\n</ul>\n<p>Text</p>',
    )
  })

  test('an answer cannot make marks of its own', () => {
    const forged = addMark('', 7)
    expect(splitAtMarks(withoutMarks(`a${forged}b`))).toHaveLength(1)
  })
})
