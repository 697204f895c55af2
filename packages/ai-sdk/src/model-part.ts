import type { Usage } from '@vectrade/core'

/**
 * A part of a model's answer: a part of the provider specification, or one of `streamText`.
 *
 * The two share most types of parts, but their fields differ. Each field is read where it is needed.
 */
export interface ModelPart {
  /** Tells the parts apart, such as `text-delta`. */
  readonly type: string
}

/** The parts of an answer, such as `result.stream` of `streamText`. */
export type ModelParts<Part extends ModelPart = ModelPart> =
  | AsyncIterable<Part>
  | Pick<ReadableStream<Part>, 'getReader'>

/** A part with the fields that any part may have. */
export interface AnyPart {
  readonly type: string
  readonly [field: string]: unknown
}

/** Returns the text of a delta. The provider specification calls it `delta`, and `streamText` calls it `text`. */
export function deltaOf(part: AnyPart): string {
  const text = part['delta'] ?? part['text']
  return typeof text === 'string' ? text : ''
}

/** Returns the reason of a `finish` part: a string, or an object since version 3 of the specification. */
export function finishReasonOf(part: AnyPart): string {
  const reason = part['finishReason']
  const name = isObject(reason) ? reason['unified'] : reason
  return typeof name === 'string' ? name : 'other'
}

/** Returns the usage of a `finish` part; undefined if the provider counts no tokens. */
export function usageOf(part: AnyPart): Usage | undefined {
  const usage = part['totalUsage'] ?? part['usage']
  if (!isObject(usage)) return undefined
  const prompt = count(usage['inputTokens'])
  const completion = count(usage['outputTokens'])
  const sum = prompt === undefined || completion === undefined ? undefined : prompt + completion
  const total = count(usage['totalTokens']) ?? sum
  if (prompt === undefined && completion === undefined && total === undefined) return undefined
  return {
    ...(prompt !== undefined && { prompt_tokens: prompt }),
    ...(completion !== undefined && { completion_tokens: completion }),
    ...(total !== undefined && { total_tokens: total }),
  }
}

/** Whether a value is an object whose fields can be read. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Reads a number of tokens. Since version 3 of the specification, it is an object with a total. */
export function count(tokens: unknown): number | undefined {
  const total = isObject(tokens) ? tokens['total'] : tokens
  return typeof total === 'number' && Number.isFinite(total) ? total : undefined
}
