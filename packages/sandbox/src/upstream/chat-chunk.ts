import type { TokenUsage } from '../answer-event.ts'
import { failureOfReport, unknownAnswer } from './upstream-failure.ts'

/** What one chunk of a chat completion says. A whole completion is read as one chunk. */
export interface ChatChunk {
  text: string
  /** What the model thinks. It is no part of the answer. */
  reasoning: string
  /** Why the answer has ended. Absent until then. */
  finishReason?: string
  usage?: TokenUsage
  /** Whether the chunk has a choice, which may have text. The last chunk of some servers has only the usage. */
  hasChoice: boolean
}

/**
 * Reads the JSON of a chunk, or of a whole completion.
 *
 * @param isError whether the message says outside its JSON that it is an error
 * @throws Refusal if it is an error, or no JSON object
 */
export function readChunk(json: string, isError = false): ChatChunk {
  const chunk = toRecord(parse(json))
  if (chunk === undefined) throw isError ? failureOfReport(undefined) : unknownAnswer()
  const error = chunk['error'] ?? (isError || chunk['object'] === 'error' ? chunk : undefined)
  if (error !== undefined && error !== null) throw failureOfReport(error)
  const choices = Array.isArray(chunk['choices']) ? (chunk['choices'] as unknown[]) : []
  const choice = choices.map(toRecord).find((each) => (each?.['index'] ?? 0) === 0)
  if (choice?.['error']) throw failureOfReport(choice['error'])
  const said = toRecord(choice?.['delta']) ?? toRecord(choice?.['message']) ?? {}
  const finishReason = choice?.['finish_reason']
  const usage = toUsage(chunk['usage'])
  return {
    text: toText(said['content']),
    // DeepSeek, vLLM and llama.cpp use the first name, Ollama and OpenRouter the second one.
    reasoning: toText(said['reasoning_content']) || toText(said['reasoning']),
    ...(typeof finishReason === 'string' && finishReason !== '' && { finishReason }),
    ...(usage && { usage }),
    hasChoice: choice !== undefined,
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Some models of Mistral send a list of parts. */
function toText(content: unknown): string {
  if (Array.isArray(content))
    return content.map((part) => toText(toRecord(part)?.['text'])).join('')
  return typeof content === 'string' ? content : ''
}

function toUsage(value: unknown): TokenUsage | undefined {
  const { prompt_tokens, completion_tokens, total_tokens } = toRecord(value) ?? {}
  if (typeof prompt_tokens !== 'number' || typeof completion_tokens !== 'number') return undefined
  const sum = prompt_tokens + completion_tokens
  const total = typeof total_tokens === 'number' ? total_tokens : sum
  return { prompt_tokens, completion_tokens, total_tokens: total }
}

function toRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
