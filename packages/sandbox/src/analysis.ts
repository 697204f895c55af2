import { symbolsOf } from './symbols.ts'
import type { AnalysisPart } from './analysis-part.ts'
import type { TokenUsage } from './answer-event.ts'
import { composeText } from './analysis-text.ts'

/** The input of an analysis. */
export interface AnalysisInput {
  /** The question. */
  prompt: string
  /** Ticker symbols, in addition to those that the prompt mentions. */
  symbols: readonly string[]
}

/** A simulated analysis. Its text is the text of all `text` parts, joined without separators. */
export interface SimulatedAnalysis {
  /** The symbols that it is about. Empty if neither the prompt nor the body names one. */
  symbols: readonly string[]
  /** Every text part is one token. */
  parts: readonly AnalysisPart[]
  usage: TokenUsage
}

/** The model that every simulated answer names. */
export const simulatedModel = 'vectrade-sandbox-simulated'

/**
 * Returns an analysis of a prompt. The same input gives the same parts on every machine. The text
 * contains no figures, because on a screen an invented figure looks like a real one.
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

// A token is a word and the white space before it, as in the guide's example.
function tokens(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}
