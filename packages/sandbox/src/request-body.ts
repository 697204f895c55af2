import type { AnalysisInput } from './analysis.ts'
import { Refusal } from './refusal.ts'
import { symbolPattern } from './symbols.ts'

/** A parsed request body. */
export interface AnalysisRequest extends AnalysisInput {
  /** `undefined` if the `Accept` header decides. */
  stream: boolean | undefined
}

const mostSymbols = 20

/**
 * Reads a body of at most `limit` bytes. Returns `undefined` for a longer body, and does not read
 * the rest of it.
 *
 * @throws Refusal with status 422 if the body is not UTF-8
 */
export async function readBody(request: Request, limit: number): Promise<string | undefined> {
  if (request.body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let length = 0
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    length += chunk.byteLength
    if (length > limit) return undefined
    text += decoded(decoder, chunk)
  }
  return text + decoded(decoder)
}

function decoded(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined })
  } catch {
    throw new Refusal(422, 'The body is not UTF-8')
  }
}

/**
 * Parses a body.
 *
 * @throws Refusal with status 422 that names the invalid field and what it accepts
 */
export function parseBody(text: string, maxPromptLength: number): AnalysisRequest {
  const { prompt, symbols = [], stream } = asObject(text)
  if (prompt === undefined) throw new Refusal(422, '`prompt` is missing: send {"prompt": "…"}')
  if (typeof prompt !== 'string') throw new Refusal(422, '`prompt` must be a string')
  if (prompt.trim() === '') throw new Refusal(422, '`prompt` must not be empty')
  if (prompt.length > maxPromptLength) {
    throw new Refusal(
      422,
      `\`prompt\` must have at most ${maxPromptLength} characters, this one has ${prompt.length}`,
    )
  }
  if (stream !== undefined && typeof stream !== 'boolean') {
    throw new Refusal(422, '`stream` must be true or false')
  }
  if (!isSymbols(symbols)) {
    throw new Refusal(
      422,
      `\`symbols\` must be a list of at most ${mostSymbols} ticker symbols such as "NVDA"`,
    )
  }
  return { prompt, symbols, stream }
}

function asObject(text: string): Record<string, unknown> {
  if (text.trim() === '') throw new Refusal(422, 'The body is empty: send {"prompt": "…"} as JSON')
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new Refusal(422, 'The body is not JSON: send {"prompt": "…"}')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(422, 'The body must be a JSON object: send {"prompt": "…"}')
  }
  return body as Record<string, unknown>
}

function isSymbols(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= mostSymbols &&
    value.every((symbol) => typeof symbol === 'string' && symbolPattern.test(symbol))
  )
}
