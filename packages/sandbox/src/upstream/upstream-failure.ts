import { Refusal } from '../refusal.ts'

/** Names of errors of OpenAI-compatible servers, with the HTTP status that says the same. */
const statusOfName: Readonly<Record<string, number>> = {
  authentication_error: 401,
  invalid_api_key: 401,
  insufficient_quota: 402,
  billing_error: 402,
  permission_error: 403,
  model_not_found: 404,
  not_found_error: 404,
  NotFoundError: 404,
  invalid_request_error: 400,
  context_length_exceeded: 400,
  exceed_context_size_error: 400,
  BadRequestError: 400,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  overloaded_error: 503,
  service_unavailable: 503,
  unavailable_error: 503,
  timeout_error: 504,
}

/**
 * Returns the error that a caller gets when the model's server answers with a status.
 *
 * The key, the URL and the model are settings of the sandbox. If one of them is wrong, the caller did
 * nothing wrong: its own key and address are right. So it gets a 502, which says not to try again. No
 * message repeats what the server said, because that could contain a key or a prompt.
 *
 * @param retryAfter the seconds that the server asks to wait
 */
export function failureOfStatus(status: number, retryAfter?: number): Refusal {
  switch (status) {
    case 400:
    case 413:
    case 422:
      return new Refusal(
        422,
        `The model's server does not accept the question (status ${status}): it may be too long for this model`,
      )
    case 401:
    case 403:
      return misconfigured(
        `The model's server refuses the key of the sandbox (status ${status}): check \`upstream.apiKey\` (--upstream-key-env)`,
      )
    case 402:
      return new Refusal(
        429,
        "The quota of the sandbox's account at the model's server is used up",
        {
          type: 'quota_exceeded',
        },
      )
    case 404:
      return misconfigured(
        "The model's server knows no such model, or no such address (status 404): check `upstream.model` (--model) and `upstream.url` (--upstream), which usually ends in /v1",
      )
    case 429:
      return temporary(429, 'Too many requests for the model, for now', retryAfter)
    case 503:
    case 529:
      return temporary(503, "The model's server is overloaded, or not ready yet", retryAfter)
    case 408:
    case 504:
      return temporary(504, "The model's server did not answer in time", retryAfter)
    default:
      if (status >= 500) {
        return temporary(502, `The model's server failed (status ${status})`, retryAfter)
      }
      return misconfigured(
        `The model's server answers with status ${status}: check \`upstream.url\` (--upstream)`,
      )
  }
}

/** Returns the error of a server that reports an error inside an answer, as JSON. */
export function failureOfReport(error: unknown): Refusal {
  return failureOfStatus(statusOfReport(error) ?? 500)
}

/** Returns the status that an error in JSON stands for, or undefined if it does not say. */
export function statusOfReport(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, type, status } = error as Record<string, unknown>
  for (const name of [code, type]) {
    if (typeof name === 'string' && Object.hasOwn(statusOfName, name)) return statusOfName[name]
  }
  return [code, status]
    .map(Number)
    .find((each) => Number.isInteger(each) && each >= 400 && each < 600)
}

export function unreachable(): Refusal {
  return new Refusal(
    502,
    "The model's server cannot be reached, or closed the connection: check that it runs at `upstream.url` (--upstream)",
    { type: 'service_unavailable' },
  )
}

export function cutShort(): Refusal {
  return new Refusal(502, "The model's answer was cut short", { type: 'service_unavailable' })
}

export function tooLong(): Refusal {
  return new Refusal(502, "The model's answer is too long for the sandbox", {
    headers: { 'x-should-retry': 'false' },
  })
}

/** The error of an answer that is no chat completion. */
export function unknownAnswer(): Refusal {
  return misconfigured(
    "The model's server sent no chat completion: check that `upstream.url` (--upstream) is the base URL of an OpenAI-compatible API",
  )
}

function misconfigured(message: string): Refusal {
  return new Refusal(502, message, { headers: { 'x-should-retry': 'false' } })
}

function temporary(status: number, message: string, retryAfter: number | undefined): Refusal {
  if (retryAfter === undefined) return new Refusal(status, message)
  const headers = { 'retry-after': String(Math.ceil(retryAfter)) }
  return new Refusal(status, message, { retryAfter, headers })
}
