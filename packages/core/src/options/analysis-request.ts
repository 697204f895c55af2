import { ConfigurationError } from '../errors/configuration-error.ts'
import { isRecord } from '../events/json.ts'

/** A question, with the symbols that it is about. */
export interface AnalysisRequest {
  /** The question. */
  prompt: string
  /** Ticker symbols, such as `['NVDA']`. */
  symbols?: readonly string[] | undefined
}

/** Returns the request of a call. @throws ConfigurationError on a request that cannot be sent */
export function toAnalysisRequest(request: string | AnalysisRequest): AnalysisRequest {
  const { prompt, symbols } = isRecord(request)
    ? (request as AnalysisRequest)
    : { prompt: request as string }
  // The server refuses an empty prompt. A missing prompt is a mistake in the program.
  if (typeof prompt !== 'string') {
    throw new ConfigurationError('The prompt must be a string, or { prompt, symbols }')
  }
  if (symbols === undefined) return { prompt }
  // A copy, because `some` skips elements that were never set.
  if (!Array.isArray(symbols) || [...symbols].some((symbol) => typeof symbol !== 'string')) {
    throw new ConfigurationError("`symbols` must be an array of strings such as ['NVDA']")
  }
  return { prompt, symbols }
}
