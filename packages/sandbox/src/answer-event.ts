import type { AnalysisPart } from './analysis-part.ts'

/** The tokens of an analysis. */
export interface TokenUsage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
}

/** An event of an answer, before faults change it. */
export type AnswerEvent =
  | { type: 'metadata'; fields: Readonly<Record<string, unknown>> }
  | AnalysisPart
  /** What a model thinks before it answers. VecTrade has no such event. */
  | { type: 'reasoning'; text: string }
  | { type: 'done'; usage?: TokenUsage; finish_reason?: string }

/**
 * The events of an answer: metadata, parts, done. Each iteration starts from the first one.
 *
 * An iteration yields a promise where the next event is not there yet. The promise never rejects. After it
 * resolves, the iteration goes on. The iteration throws a {@link Refusal} if the answer fails.
 */
export type Answer = Iterable<AnswerEvent | Promise<void>>
