import { retryAfterSeconds, within } from '@vectrade/core/adapter'
import type { AnalysisInput } from '../analysis.ts'
import { readText } from './read-text.ts'
import { failureOfStatus, statusOfReport, unreachable } from './upstream-failure.ts'
import type { UpstreamSettings } from './upstream-options.ts'

const mostErrorBytes = 65_536
const longestErrorRead = 2_000

/**
 * Sends a question to the model's server. Resolves with a response that has a success status.
 *
 * @throws Refusal if the server refuses the question, or cannot be reached
 */
export async function sendQuestion(
  settings: UpstreamSettings,
  input: AnalysisInput,
  signal: AbortSignal,
): Promise<Response> {
  const response = await post(settings, input, signal, { stream_options: { include_usage: true } })
  if (response.ok) return response
  const said = await readError(response)
  // Some servers refuse what they do not know. Without the option, they may send no usage.
  const isAboutOption = [400, 422].includes(response.status) && said.includes('stream_options')
  if (!isAboutOption) throw failureOf(response, said)
  const second = await post(settings, input, signal, {})
  if (second.ok) return second
  throw failureOf(second, await readError(second))
}

async function post(
  { endpoint, model, apiKey, system }: UpstreamSettings,
  { prompt, symbols }: AnalysisInput,
  signal: AbortSignal,
  more: object,
): Promise<Response> {
  const content =
    symbols.length === 0 ? prompt : `${prompt}\n\nTicker symbols: ${symbols.join(', ')}`
  const messages = [
    ...(system === '' ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content },
  ]
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'text/event-stream, application/json',
  }
  if (apiKey !== undefined) headers['authorization'] = `Bearer ${apiKey}`
  try {
    return await fetch(endpoint, {
      method: 'POST',
      headers,
      body: JSON.stringify({ model, messages, stream: true, ...more }),
      // The question must not go to another server than the one that was named.
      redirect: 'manual',
      signal,
    })
  } catch {
    throw unreachable()
  }
}

/** Returns the text of an error, or `''` if it is too long or does not come in time. */
async function readError({ body }: Response): Promise<string> {
  const text = readText(body, mostErrorBytes).catch(() => undefined)
  return (await within(text, longestErrorRead)) ?? ''
}

function failureOf({ status, headers }: Response, said: string) {
  // A used-up quota and too many requests have the same status.
  const reported = status === 429 ? statusOfReport(errorIn(said)) : undefined
  return failureOfStatus(reported === 402 ? reported : status, retryAfterSeconds(headers))
}

function errorIn(json: string): unknown {
  try {
    return (JSON.parse(json) as { error?: unknown }).error
  } catch {
    return undefined
  }
}
