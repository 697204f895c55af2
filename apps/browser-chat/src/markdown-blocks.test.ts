import MarkdownIt, { type ParserBlock } from 'markdown-it'
import { describe, expect, test, vi } from 'vitest'
import { parseMarkdown, renderTokens } from './markdown.ts'
import { longestBlock, MarkdownBlocks, type Split } from './markdown-blocks.ts'
import { sample } from './test-support/sample.ts'

function feed(pieces: string[]): { settled: string[]; live: string } {
  const blocks = new MarkdownBlocks()
  const settled: string[] = []
  let text = ''
  let live = ''
  for (const piece of pieces) {
    text += piece
    for (let found: Split | undefined; found?.live === undefined;) {
      found = blocks.split(text)
      settled.push(...found.settled.map(({ source }) => source))
      live = found.live?.source ?? ''
    }
  }
  return { settled, live }
}

/** The number of characters that the parser has read. */
function count(work: () => void): number {
  const parse = vi.spyOn(MarkdownIt().block.constructor.prototype as ParserBlock, 'parse')
  work()
  const read = parse.mock.calls.reduce((sum, [text]) => sum + text.length, 0)
  parse.mockRestore()
  return read
}

const readFor = (pieces: string[]): number => count(() => void feed(pieces))

const html = (source: string): string => renderTokens(parseMarkdown(source) ?? [])

describe('MarkdownBlocks', () => {
  test('gives a block out once the next one is certain', () => {
    const blocks = new MarkdownBlocks()
    const first = { source: '# One\n\nTwo', start: 0, isText: false }
    expect(blocks.split('# One\n\nTwo')).toEqual({ settled: [], live: first })
    const live = { source: 'Two\nand', start: 7, isText: false }
    const settled = [{ source: '# One', start: 0, isText: false }]
    expect(blocks.split('# One\n\nTwo\nand')).toEqual({ settled, live })
    expect(blocks.split('# One\n\nTwo\nand')).toEqual({ settled: [], live })
  })

  test('keeps a list open for an item whose number is not complete', () => {
    const { settled, live } = feed(['1. a\n', '2. b\n\n', '3', '. c'])
    expect(settled).toEqual([])
    expect(html(live)).toBe(html('1. a\n2. b\n\n3. c'))
  })

  test('does not take a fence apart', () => {
    const { settled, live } = feed(['```\na\n\n# no heading\n', '\nb\n', '```\n', '\nafter\n'])
    expect(settled).toEqual(['```\na\n\n# no heading\n\nb\n```'])
    expect(live).toBe('after\n')
  })

  test.each([
    ['nested too deeply', '>'.repeat(5_000)],
    ['too long for Markdown', 'word '.repeat(10_000)],
    ['nothing but emphasis', '_a*'.repeat(10_000)],
  ])('continues after a block that is %s, and loses none of it', (_, block) => {
    const text = `One\n\n${block}\n\nTwo\n\nThree\nfour`
    const { settled, live } = feed([text])
    expect(settled[0]).toBe('One')
    expect(live.trim()).toBe('Three\nfour')
    expect([...settled, live].join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
  })

  test('reads no more for a piece of a long answer than for a piece of a short one', () => {
    const answer = (size: number): string[] => sample.repeat(size).match(/[^]{1,50}/g) ?? []
    expect(readFor(answer(32))).toBeLessThan(5 * readFor(answer(8)))
  })

  test.each([
    ['paragraphs', 'Some **bold** text.\n\n'.repeat(50_000)],
    ['blocks of three characters', 'a\n\n'.repeat(100_000)],
    ['one line', 'word '.repeat(200_000)],
    ['one word', 'w'.repeat(1_000_000)],
    ['one list', '- a\n'.repeat(250_000)],
    ['nothing', '\n'.repeat(1_000_000)],
    ['a block of code', `\`\`\`\n${'a = 1\n\n'.repeat(150_000)}`],
  ])(
    'gives out an answer that comes at once in parts, and reads no part more than twice: %s',
    (_, text) => {
      const blocks = new MarkdownBlocks()
      let shown = ''
      let calls = 0
      const read = count(() => {
        for (let found: Split | undefined; found?.live === undefined; calls += 1) {
          found = blocks.split(text)
          expect(found.settled.length).toBeLessThanOrEqual(100)
          const given = [...found.settled, ...(found.live ? [found.live] : [])]
          const sources = given.map(({ source }) => source)
          expect(sources.join('').length).toBeLessThanOrEqual(longestBlock)
          shown += sources.join('')
        }
      })
      expect(read).toBeLessThan(2.5 * text.length)
      expect(shown.replace(/\s/g, '') === text.replace(/\s/g, '')).toBe(true)
    },
  )

  test('cuts a text that is too long between words, and never within a character', () => {
    const { settled } = feed([`${'word '.repeat(10_000)}\n\n`])
    expect(settled.every((piece) => /^\s?word .*word ?$/.test(piece))).toBe(true)
    const emoji = feed([`a${'😀'.repeat(20_000)}\n\n`])
    expect([...emoji.settled, emoji.live].every((piece) => !/\p{Cs}/u.test(piece))).toBe(true)
  })

  test.each([1, 2, 3, 7, 40, 5000])(
    'the blocks are those of the whole, in pieces of %i',
    (size) => {
      const pieces = sample.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
      const { settled, live } = feed(pieces)
      expect([...settled, live].map(html).join('')).toBe(html(sample))
      expect(settled.length).toBe(10)
    },
  )
})
