import { describe, expect, test } from 'vitest'
import { simulateAnalysis } from './analysis.ts'
import { symbolsOf } from './symbols.ts'

function textFor(prompt: string, symbols: string[] = []): string {
  return simulateAnalysis({ prompt, symbols })
    .parts.map((part) => (part.type === 'text' ? part.content : ''))
    .join('')
}

describe('simulateAnalysis', () => {
  test('writes the same for the same question, and something else for another', () => {
    const input = { prompt: 'Bull case for NVDA?', symbols: ['TSLA'] }
    expect(simulateAnalysis(input)).toEqual(simulateAnalysis({ ...input }))
    const openings = ['a', 'b', 'c', 'd', 'e', 'f'].map((word) => textFor(`${word} about NVDA`))
    expect(new Set(openings).size).toBeGreaterThan(3)
  })

  test('is about the symbols of the prompt and of the body', () => {
    const text = textFor("What's the bull case for NVDA and BRK.B?", ['tsla'])
    expect(text).toContain('The bull case: TSLA, NVDA and BRK.B')
    expect(text).toMatch(/### TSLA[^]*### NVDA[^]*### BRK\.B/)
  })

  test('looks at the market where no symbol is named', () => {
    expect(textFor('how are things?')).toContain('the market as a whole')
  })

  test('says at both ends that it is simulated, and invents no figures', () => {
    const text = textFor('Earnings of AAPL')
    expect(text.slice(0, 120)).toContain('**Simulated answer.**')
    expect(text.slice(-80)).toContain('simulated answer')
    expect(text.replace('100 % made up', '')).not.toMatch(/\d|[$€£]/)
  })

  test('has paragraphs, text that is not ASCII, and citations on reserved domains', () => {
    const { parts } = simulateAnalysis({ prompt: 'NVDA', symbols: [] })
    const text = textFor('NVDA')
    expect(text.split('\n\n').length).toBeGreaterThan(5)
    expect(Buffer.byteLength(text)).toBeGreaterThan(text.length)
    const kinds = parts.map((part) => part.type)
    expect(kinds.indexOf('citation')).toBeLessThan(kinds.lastIndexOf('text'))
    const urls = parts.flatMap((part) => (part.type === 'citation' ? [new URL(part.url)] : []))
    expect(urls.length).toBeGreaterThan(1)
    for (const url of urls) expect(url.hostname).toMatch(/\.example\.(com|org|net)$/)
  })

  test('counts its tokens', () => {
    const { parts, usage } = simulateAnalysis({ prompt: 'one two three', symbols: ['A'] })
    expect(usage.prompt_tokens).toBe(4)
    expect(usage.completion_tokens).toBe(parts.filter((part) => part.type === 'text').length)
    expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens)
  })
})

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
  ])('%s', (prompt, expected) => {
    expect(symbolsOf(prompt, [])).toEqual(expected)
  })

  test('puts given symbols first, in capitals, and keeps six', () => {
    expect(symbolsOf('NVDA AMD', ['tsla', 'nvda'])).toEqual(['TSLA', 'NVDA', 'AMD'])
    expect(symbolsOf('AA BB CC DD EE FF GG HH', [])).toHaveLength(6)
  })
})
