import type { AnalysisRequest } from '../client.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { parseJson } from '../events/json.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { isRecord } from '../events/json.ts'
import { readBody } from '../http/read-body.ts'
import { Refusal } from './refusal.ts'

const maxSymbols = 50

/**
 * What a request to an endpoint asks.
 *
 * @throws Refusal that says what is wrong with the request
 * @throws ConfigurationError if somebody else has read its body
 */
export async function readRequest(
  request: Request,
  maxPromptLength: number,
): Promise<AnalysisRequest> {
  if (request.bodyUsed || request.body?.locked) {
    throw new ConfigurationError(
      'The body of the request is already read: in `authorize` and `owner` read `request.clone()`, ' +
        'and call the handler before anything that parses bodies',
    )
  }
  // A character takes at most six bytes, as an escape; the symbols get what is left of the page.
  const limits = { maxBytes: maxPromptLength * 6 + 4096, silence: 0, deadline: 30_000 }
  const announced = Number(request.headers.get('content-length') ?? 0)
  const { text, ended } =
    announced > limits.maxBytes
      ? { text: '', ended: 'too-large' }
      : await readBody(request.body, limits).catch(brokenOff)
  if (ended === 'too-large') {
    throw new Refusal(413, 'invalid_request_error', `The body is over ${limits.maxBytes} bytes`)
  }
  if (ended === 'late') throw new Refusal(408, 'request_timeout', 'The body did not come in time')
  const body = parseJson(text)
  if (!isRecord(body)) throw invalid('The body must be JSON such as {"prompt": "…"}')
  const { prompt, symbols } = body
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    throw invalid('`prompt` must be a string that is not empty')
  }
  if (symbols !== undefined && !isSymbols(symbols)) {
    throw invalid(`\`symbols\` must be at most ${maxSymbols} strings such as ["NVDA"]`)
  }
  // An empty symbol counts as one character, because it has a cost too.
  const lengths = symbols?.map((symbol) => Math.max(1, symbol.length)) ?? []
  if (lengths.reduce((sum, length) => sum + length, prompt.length) > maxPromptLength) {
    throw invalid(
      `\`prompt\` and \`symbols\` must have at most ${maxPromptLength} characters together: ` +
        'shorten the prompt, or name fewer symbols',
    )
  }
  return symbols === undefined ? { prompt } : { prompt, symbols }
}

/** Only a caller breaks off a body. A VecTradeError means that this server has already used the body. */
function brokenOff(error: unknown): never {
  if (VecTradeError.isInstance(error)) throw error
  throw new Refusal(400, 'invalid_request_error', 'The body broke off')
}

function isSymbols(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= maxSymbols &&
    value.every((symbol) => typeof symbol === 'string')
  )
}

function invalid(message: string): Refusal {
  return new Refusal(422, 'validation_error', message)
}
