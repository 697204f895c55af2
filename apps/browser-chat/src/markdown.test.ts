import { describe, expect, test } from 'vitest'
import { htmlWithMarks } from './citation-mark.ts'
import { longestBlock, MarkdownBlocks } from './markdown-blocks.ts'
import { parseMarkdown, renderTokens } from './markdown.ts'
import { mendMarkdown } from './mend-markdown.ts'
import { cpuTime } from './test-support/cpu-time.ts'
import { hostileMarkdown } from './test-support/hostile-markdown.ts'

const html = (source: string): string => renderTokens(parseMarkdown(source) ?? []).trim()

describe('Markdown', () => {
  test.each([
    ['has no HTML', '<b>a</b>', '<p>&lt;b&gt;a&lt;/b&gt;</p>'],
    ['shows the description of an image', '![a *b*](https://c.example)', '<p>a <em>b</em></p>'],
    ['begins its headings below the question', '# a', '<h3>a</h3>'],
    ['ends its headings at the sixth level', '###### a', '<h6>a</h6>'],
    ['has boxes for tasks', '- [x] a\n- [ ] b', '<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>'],
    ['has no boxes elsewhere', '[x] a', '<p>[x] a</p>'],
    ['makes links of addresses', 'https://a.example', /^<p><a href="https:\/\/a.example">/],
    ['makes none of what looks like one', 'a.example', '<p>a.example</p>'],
    ['aligns cells without a style', '|a|\n|-:|\n|b|', /<td align="right">b<\/td>/],
  ])('%s', (_, source, expected) => {
    expect(html(source)).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    )
  })

  test.each([
    ['is nested deeper than anybody writes', `${'>'.repeat(40)} a`],
    ['has more items than a page has room for', '- a\n'.repeat(5_000)],
    [
      'has more cells than it says',
      `${'|a'.repeat(1_000)}\n${'|-'.repeat(1_000)}\n${'b\n'.repeat(50)}`,
    ],
    ['has more links than anybody follows', '[a](b) '.repeat(4_000)],
  ])('is text where it %s', (_, source) => {
    expect(parseMarkdown(source)).toBeUndefined()
  })

  test('is read as Markdown at the usual length of an answer', () => {
    const prose = 'Some **bold** and *slanted* text with `code` and a [link](https://e.example). '
    expect(parseMarkdown(prose.repeat(300))).toBeDefined()
    expect(parseMarkdown(`${prose}\n\n`.repeat(300))).toBeDefined()
  })
})

/** Does all the work of one frame for a block. */
function show(text: string): void {
  const { live } = new MarkdownBlocks().split(text)
  const source = mendMarkdown(live?.source ?? text)
  const marks = Array.from({ length: 40 }, (_, index) => ({
    at: Math.floor((source.length * index) / 40),
    number: index + 1,
  }))
  htmlWithMarks(source, marks)
}

describe('the cost of a frame grows with the text, not with its square', () => {
  const short = hostileMarkdown(longestBlock / 16)
  const long = new Map(hostileMarkdown(longestBlock - 200))

  test.for(short)('%s', ([name, text]) => {
    const longer = long.get(name) ?? ''
    show(text)
    // The text is sixteen times as long. Quadratic work would take 256 times as long. Garbage collection
    // may fall into a measurement, so there are three tries.
    const ratios: number[] = []
    while (ratios.length < 3 && !ratios.some((ratio) => ratio < 64)) {
      ratios.push(
        cpuTime(() => show(longer)) /
          Math.max(
            cpuTime(() => show(text)),
            1,
          ),
      )
    }
    expect(Math.min(...ratios)).toBeLessThan(64)
  })
})
