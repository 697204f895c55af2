import type { AnalysisRequest } from '../options/analysis-request.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { isRecord, parseJson } from '../events/json.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { readBody } from '../http/read-body.ts'
import { invalidRequest, Refusal } from './refusal.ts'

const maxSymbols = 50

/**
 * Reads the prompt and the symbols from the body of a request.
 *
 * @throws Refusal with the reason if the body is not a valid request
 * @throws ConfigurationError if the body has already been read
 */
export async function readAnalysisRequest(
  request: Request,
  maxPromptLength: number,
): Promise<AnalysisRequest> {
  if (request.bodyUsed || request.body?.locked) {
    throw new ConfigurationError(
      'The body of the request has already been read: in `authorize` and `owner`, read ' +
        '`request.clone()`, and call the handler before any body parser',
    )
  }
  // A character takes at most six bytes, as an escape. The rest is for the syntax and short symbols.
  const limits = { maxBytes: maxPromptLength * 6 + 4096, silence: 0, deadline: 30_000 }
  const announced = Number(request.headers.get('content-length') ?? 0)
  const { text, ended } =
    announced > limits.maxBytes
      ? { text: '', ended: 'too-large' }
      : await readBody(request.body, limits).catch(refuseCutOff)
  if (ended === 'too-large') {
    throw new Refusal(413, `The body is over ${limits.maxBytes} bytes`, {}, invalidRequest())
  }
  if (ended === 'late') throw new Refusal(408, 'The body did not arrive in time')
  const body = parseJson(text)
  if (!isRecord(body)) throw invalid('The body must be JSON such as {"prompt": "…"}')
  const { prompt, symbols } = body
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    throw invalid('`prompt` must be a non-empty string')
  }
  if (symbols !== undefined && !isSymbols(symbols)) {
    throw invalid(`\`symbols\` must be at most ${maxSymbols} strings such as ["NVDA"]`)
  }
  // An empty symbol has a cost too.
  const lengths = symbols?.map((symbol) => Math.max(1, symbol.length)) ?? []
  if (lengths.reduce((sum, length) => sum + length, prompt.length) > maxPromptLength) {
    throw invalid(
      `\`prompt\` and \`symbols\` must have at most ${maxPromptLength} characters together: ` +
        'shorten the prompt, or send fewer symbols',
    )
  }
  return symbols === undefined ? { prompt } : { prompt, symbols }
}

/**
 * Throws the error for a body that cannot be read. A VecTradeError means that this server has already used the
 * body. Any other error means that the caller stopped sending it.
 *
 * @throws Refusal if the caller stopped sending the body, else the error itself
 */
function refuseCutOff(error: unknown): never {
  if (VecTradeError.isInstance(error)) throw error
  throw new Refusal(400, 'The body was cut off')
}

function isSymbols(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= maxSymbols &&
    value.every((symbol) => typeof symbol === 'string')
  )
}

function invalid(message: string): Refusal {
  return new Refusal(422, message)
}
