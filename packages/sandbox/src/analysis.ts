import { symbolsOf } from './symbols.ts'
import { composeText } from './analysis-text.ts'

/** What an analysis is asked for. */
export interface AnalysisInput {
  /** The question. */
  prompt: string
  /** Ticker symbols it is about, next to those the prompt mentions. */
  symbols: readonly string[]
}

/** One thing a finished analysis is made of, in the order it is streamed. */
export type AnalysisPart =
  | { type: 'text'; content: string }
  | { type: 'citation'; source: string; url: string }

/** A simulated analysis. Its text is that of all `text` parts, with nothing between them. */
export interface SimulatedAnalysis {
  /** About what: empty where neither prompt nor body names a symbol. */
  symbols: readonly string[]
  /** Every text part is one token. */
  parts: readonly AnalysisPart[]
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number }
}

/** The model every simulated answer names. */
export const simulatedModel = 'vectrade-sandbox-simulated'

/**
 * Writes the analysis of a prompt: the same input always gives the same parts, on every machine.
 * It holds no figures, because an invented figure looks like a real one once it is on a screen.
 */
export function simulateAnalysis(input: AnalysisInput): SimulatedAnalysis {
  const symbols = symbolsOf(input.prompt, input.symbols)
  const parts: AnalysisPart[] = []
  let completionTokens = 0
  for (const part of composeText(input.prompt, symbols)) {
    if (typeof part !== 'string') {
      parts.push(part)
      continue
    }
    for (const content of tokens(part)) {
      parts.push({ type: 'text', content })
      completionTokens += 1
    }
  }
  const promptTokens = tokens(input.prompt).length + input.symbols.length
  return {
    symbols,
    parts,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  }
}

// Models send a word with the white space in front of it, as the guide's example does.
function tokens(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}
