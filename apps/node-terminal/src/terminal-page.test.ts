import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { TerminalPage } from './terminal-page.ts'
import { screenOf } from './test-support/screen.ts'

const answer = `## The bull case: NVDA

> **Simulated.** No model ran, no market data was read.

What speaks for it: **pricing power — customers grumble**, and renew, incontrovertibly.

- gross margin — direction, not level
2. a second list, of one entry only

See https://filings.example.com/nvda/annual-report/2031/part-2 for 5 * 3 things.
`

/** Returns the screen after these pieces. `null` is a citation. */
function show(pieces: (string | null)[], columns: number): string[] {
  const page = new TerminalPage(
    (_format, text) => text,
    () => columns,
  )
  const written = pieces.map((piece) => (piece === null ? page.mark('[1]') : page.text(piece)))
  return screenOf(written.join('') + page.end())
}

/** Returns the written text, with formats as `bold(text)`. */
function format(pieces: string[]): string {
  const page = new TerminalPage(
    (name, text) => `${String(name)}(${text})`,
    () => 80,
  )
  return pieces.map((piece) => page.text(piece)).join('') + page.end()
}

describe('TerminalPage', () => {
  test('wraps between words, and indents the further lines of quotes and items', () => {
    expect(show([answer], 32)).toEqual([
      'The bull case: NVDA',
      '',
      '│ Simulated. No model ran, no',
      '│ market data was read.',
      '',
      'What speaks for it: pricing',
      'power — customers grumble, and',
      'renew, incontrovertibly.',
      '',
      '• gross margin — direction, not',
      '  level',
      '2. a second list, of one entry',
      '   only',
      '',
      'See',
      'https://filings.example.com/nvda',
      '/annual-report/2031/part-2 for 5',
      '* 3 things.',
      '',
    ])
  })

  test.each([1, 2, 3, 5, 7])('shows the same when the text comes in pieces of %i', (size) => {
    // Without the address, because a word that is longer than a line breaks differently in pieces.
    const text = answer.slice(0, answer.indexOf('See '))
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
    for (const columns of [20, 25, 32, 41, 80]) {
      expect(show(pieces, columns), `${columns} columns`).toEqual(show([text], columns))
    }
  })

  test('writes every piece of a word at once', () => {
    const page = new TerminalPage(
      (_format, text) => text,
      () => 20,
    )
    expect(page.text('The first thr')).toBe('The first thr')
    expect(page.text('ee')).toBe('ee')
    expect(page.text(' fo')).toBe(' fo')
    expect(page.text('urteen')).toBe('\u001b[2D\u001b[K\nfourteen')
  })

  test('puts the mark of a source after its text, not on the next line', () => {
    expect(show(['- order backlog\n', null, '\nThe end.', null, ' More'], 40)).toEqual([
      '• order backlog[1]',
      '',
      'The end.[1] More',
      '',
    ])
  })

  test('moves a mark to the next line together with the word before it', () => {
    expect(show(['one two three', null], 14)).toEqual(['one two', 'three[1]', ''])
  })

  test('breaks scripts that have no spaces at any character', () => {
    expect(show(['台積電公司的需求仍然強勁'], 10).map((line) => line.length)).toEqual([5, 5, 2, 0])
  })

  test('recognizes markup that comes in pieces, and leaves other signs as they are', () => {
    expect(format(['*', '*fir', 'm*', '*', ' 2 * 3'])).toBe('bold(fir)bold(m) 2 * 3\n')
    expect(format(['#', '# Title', '\nplain'])).toBe('bold(Title)\nplain\n')
    expect(format(['#hash 3', '.14 -'])).toBe('#hash 3.14 -\n')
    expect(format(['-'])).toBe('-\n')
    expect(format(['20', '26 was'])).toBe('2026 was\n')
  })

  test('writes nothing for an answer without text', () => {
    expect(format(['\n', ' \n'])).toBe('')
  })

  test.for<[string, string]>([
    ['spaces at the beginning of a line', ' '],
    ['words without an end', 'w'],
    ['accents without a letter', '\u0301'],
    ['asterisks', '*'],
    ['line breaks', '\n'],
    ['scripts without spaces', '台'],
  ])('the work for each piece does not grow with the answer: %s', ([, piece]) => {
    // Regular expressions look at all text, here and in string-width.
    const exec = vi.spyOn(RegExp.prototype, 'exec')
    onTestFinished(() => exec.mockRestore())
    const work = (count: number): number => {
      const page = new TerminalPage(
        (_format, text) => text,
        () => 80,
      )
      exec.mockClear()
      let written = 0
      for (let at = 0; at < count; at += 1) written += page.text(piece).length
      written += page.end().length
      const examined = exec.mock.calls.reduce((sum, [text]) => sum + text.length, 0)
      // The output must not grow faster than the text, either.
      expect(written).toBeLessThan(10 * count + 100)
      return examined
    }
    const some = work(2_000)
    expect(some).toBeGreaterThan(1_000)
    // If each piece takes the same work, ten times as many pieces take ten times as much.
    expect(work(20_000)).toBeLessThan(12 * some)
  })
})
