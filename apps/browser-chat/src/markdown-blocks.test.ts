import { describe, expect, test } from 'vitest'
import { markdown } from './markdown.ts'
import { MarkdownBlocks } from './markdown-blocks.ts'
import { sample } from './test-support/sample.ts'

function feed(pieces: string[]): { settled: string[]; live: string } {
  const blocks = new MarkdownBlocks()
  const settled: string[] = []
  let text = ''
  let live = ''
  for (const piece of pieces) {
    text += piece
    const found = blocks.split(text)
    settled.push(...found.settled)
    live = found.live
  }
  return { settled, live }
}

const html = (source: string): string => markdown.parse(source, { async: false })

describe('MarkdownBlocks', () => {
  test('gives a block out once the next one is certain', () => {
    const blocks = new MarkdownBlocks()
    expect(blocks.split('# One\n\nTwo')).toEqual({ settled: [], live: '# One\n\nTwo' })
    expect(blocks.split('# One\n\nTwo\nand')).toEqual({ settled: ['# One'], live: 'Two\nand' })
    expect(blocks.split('# One\n\nTwo\nand')).toEqual({ settled: [], live: 'Two\nand' })
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

  test('lets text change behind what has been given out', () => {
    const blocks = new MarkdownBlocks()
    blocks.split('One\n\nTwo \n')
    expect(blocks.split('One\n\nTwo[1] \n').live).toBe('Two[1] \n')
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
