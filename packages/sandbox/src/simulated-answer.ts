import { type SimulatedAnalysis, simulatedModel } from './analysis.ts'
import type { AnswerEvent } from './answer-event.ts'
import type { Pace } from './pace.ts'

/** Returns the events of a simulated analysis. */
export function simulatedAnswer(analysis: SimulatedAnalysis, pace: Pace): readonly AnswerEvent[] {
  const fields = {
    model: simulatedModel,
    simulated: true,
    notice: 'Written by the VecTrade sandbox: no model ran, no market data was read.',
    symbols: analysis.symbols,
    timing: {
      time_to_first_token_ms: pace.timeToFirstToken,
      tokens_per_second: pace.tokensPerSecond,
    },
  }
  return [{ type: 'metadata', fields }, ...analysis.parts, { type: 'done', usage: analysis.usage }]
}

/** Returns the ms to wait before the analysis is sent as JSON. Streaming it would take as long. */
export function jsonDelay(analysis: SimulatedAnalysis, pace: Pace): number {
  const { tokensPerSecond, timeToFirstToken } = pace
  if (tokensPerSecond === 0) return timeToFirstToken
  return timeToFirstToken + (analysis.usage.completion_tokens * 1000) / tokensPerSecond
}
