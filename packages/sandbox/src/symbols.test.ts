import { describe, expect, test } from 'vitest'
import { symbolsOf } from './symbols.ts'

describe('symbolsOf', () => {
  test.each([
    ["What's the bull case for NVDA?", ['NVDA']],
    ['Compare BRK.B, BF.A and V.', ['BRK.B', 'BF.A']],
    ['Is $f or $brk.b a buy? I like AAPL.', ['F', 'BRK.B', 'AAPL']],
    ['Will the FED and the SEC hurt US AI stocks? PE of MSFT', ['MSFT']],
    ['AMD vs AMD vs amd', ['AMD']],
    ['Was ist mit BÖRSE und ÜBER?', []],
    ['U.S. and U.K. markets', []],
    ['nothing here', []],
  ])('finds the symbols in: %s', (prompt, expected) => {
    expect(symbolsOf(prompt, [])).toEqual(expected)
  })

  test('returns the given symbols first, in capitals, and at most six symbols', () => {
    expect(symbolsOf('NVDA AMD', ['tsla', 'nvda'])).toEqual(['TSLA', 'NVDA', 'AMD'])
    expect(symbolsOf('AA BB CC DD EE FF GG HH', [])).toHaveLength(6)
  })
})
