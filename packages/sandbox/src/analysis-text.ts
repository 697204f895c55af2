import type { AnalysisPart } from './analysis-part.ts'

type Citation = Extract<AnalysisPart, { type: 'citation' }>

const focuses = [
  { word: /\bbull|\bbuy\b|\blong\b|upside/i, title: 'The bull case' },
  { word: /\bbear|\bsell\b|\bshort\b|risk|downside/i, title: 'The bear case' },
  { word: /technical|chart|momentum|support|resistance/i, title: 'The technical picture' },
  { word: /earning|quarter|guidance|results/i, title: 'Reading the results' },
  { word: /compar|versus|\bvs\b/i, title: 'A comparison' },
] as const

const drivers = [
  'demand that has outlasted each forecast of its end',
  'a product cycle whose next step is already in customers’ hands',
  'pricing power — customers grumble, and renew',
  'an installed base that is expensive to leave',
  'a cost line that grows more slowly than what it supports',
  'new markets where the first contracts tend to be the hardest',
] as const

const doubts = [
  'expectations already assume that nothing goes wrong',
  'a few customers stand behind much of the growth',
  'rivals can afford to be patient, and so far they are',
  'regulators — in Brüssel as much as in Washington — are taking an interest',
  'a weaker cycle would show in margins before it shows in sales',
  'capital spending has to pay for itself, and the proof takes years',
] as const

const signals = [
  'order backlog against shipments',
  'gross margin — direction, not level',
  'what management stops saying from one call to the next',
  'inventories at distributors (“the channel”)',
  'free cash flow next to reported profit',
  'how peers such as 台積電, SAP or Nestlé describe the same demand',
] as const

const closings = [
  'Taken together the argument holds if the growth drivers outlast the doubts — naïve as that sounds.',
  'The balance tilts on patience: the drivers work over years, the doubts from quarter to quarter.',
  'Neither side has to be wrong; they look at different horizons → decide on yours first.',
] as const

/**
 * Yields the text of an analysis in pieces, and its citations between them, in the order of the
 * answer.
 */
export function* composeText(
  prompt: string,
  symbols: readonly string[],
): Generator<string | Citation> {
  const pick = picker(`${prompt}\n${symbols.join()}`)
  const subject = symbols.length === 0 ? 'the market' : listed(symbols)
  const title = focuses.find(({ word }) => word.test(prompt))?.title ?? 'An analysis'

  yield `## ${title}: ${subject}\n\n`
  yield '> **Simulated answer.** The VecTrade sandbox wrote this text to try out software. '
  yield 'No model ran, no market data was read, nothing here is investment advice.\n\n'
  yield symbols.length === 0
    ? 'The question names no ticker symbol, so this looks at the market as a whole — '
    : `The question is about ${subject} — `
  yield `three things to weigh, then what to watch. ✓\n\n`

  for (const symbol of symbols.length === 0 ? ['Broad market'] : symbols) {
    const [first, second] = pick(drivers, 2)
    const [doubt] = pick(doubts, 1)
    yield `### ${symbol}\n\n`
    yield `What speaks for it: **${first}**, and ${second}.`
    yield citation(symbol, 'annual report', 'filings.example.com')
    yield ` What speaks against it: ${doubt}.`
    yield citation(symbol, 'earnings call', 'calls.example.org')
    yield '\n\n'
  }

  yield '### What to watch\n\n'
  for (const signal of pick(signals, 3)) yield `- ${signal}\n`
  yield citation(symbols[0] ?? 'Broad market', 'sector note', 'research.example.net')
  yield `\n${pick(closings, 1)[0]} This was a simulated answer, 100 % made up. 📈\n`
}

function citation(symbol: string, document: string, host: string): Citation {
  const path = [symbol, document].map((name) => name.toLowerCase().replaceAll(' ', '-'))
  return {
    type: 'citation',
    source: `${symbol}: ${document} (simulated)`,
    url: `https://${host}/${path.map(encodeURIComponent).join('/')}`,
  }
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Returns a function that picks `count` different phrases. The seed alone decides which ones. */
function picker(seed: string): (phrases: readonly string[], count: number) => string[] {
  // FNV-1a. Math.random would differ between runs, and `crypto` hashes only asynchronously.
  let state = 0x811c9dc5
  const mix = (unit: number): void => {
    state = Math.imul(state ^ unit, 0x01000193) >>> 0
  }
  for (let at = 0; at < seed.length; at += 1) mix(seed.charCodeAt(at))
  return (phrases, count) => {
    const left = [...phrases]
    return Array.from({ length: count }, () => {
      mix(left.length)
      // The low bits of FNV are not mixed well.
      return left.splice((state >>> 13) % left.length, 1)[0] ?? ''
    })
  }
}
