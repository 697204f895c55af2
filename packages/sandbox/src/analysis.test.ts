import { describe, expect, test } from 'vitest'
import { simulateAnalysis } from './analysis.ts'

function textFor(prompt: string, symbols: string[] = []): string {
  return simulateAnalysis({ prompt, symbols })
    .parts.map((part) => (part.type === 'text' ? part.content : ''))
    .join('')
}

describe('simulateAnalysis', () => {
  test('gives the same text for the same question, and other texts for other questions', () => {
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

  test('is about the whole market if no symbol is named', () => {
    expect(textFor('how are things?')).toContain('the market as a whole')
  })

  test('says at the start and the end that it is simulated, and contains no figures', () => {
    const text = textFor('Earnings of AAPL')
    expect(text.slice(0, 120)).toContain('**Simulated answer.**')
    expect(text.slice(-80)).toContain('simulated answer')
    expect(text.replace('100 % made up', '')).not.toMatch(/\d|[$€£]/)
  })

  test('has paragraphs, non-ASCII text, and citations on reserved domains', () => {
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
