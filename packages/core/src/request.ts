import { ConfigurationError } from './errors/configuration-error.ts'
import { TimeoutError } from './errors/connection-error.ts'
import { errorFromResponse } from './errors/from.ts'
import { connectionError } from './errors/from-thrown.ts'
import { VecTradeError } from './errors/vectrade-error.ts'
import { isRecord } from './events.ts'
import { type Logger, warn } from './logger.ts'
import type { FetchCredentials } from './options.ts'
import { type Hop, maxRedirects, nextHop, refused } from './redirect.ts'
import { type RetryPolicy, retryDelay } from './retry.ts'
import { clampTimer, sleep } from './timers.ts'
import { closeBody } from './web/read-body.ts'

/** Any WHATWG fetch. It is called as `fetch(urlString, init)`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** One call: everything that is the same on each of its attempts. */
export interface Call extends RetryPolicy {
  url: string
  /** Default `POST`. */
  method?: Hop['method'] | undefined
  body?: string | undefined
  headers: Record<string, string>
  /** ms until response headers, per attempt; 0 waits for ever. */
  timeout: number
  fetch: Fetch
  credentials?: FetchCredentials | undefined
  logger: Logger | undefined
  /** The key, in case the server quotes it in an error. */
  secret: string
}

/**
 * Sends a call until a response is a success or a failure is final, and gives that response.
 *
 * Once a success is given back nothing is sent again: an answer that has begun is the caller's.
 *
 * @param signal aborted, it ends the call, waits and the response's body included
 * @throws APIError, ConnectionError, TimeoutError (`headers`), or the signal's reason
 */
export async function send(call: Call, signal: AbortSignal): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await sendOnce(call, signal)
    if (!VecTradeError.isInstance(outcome)) return outcome
    const delay = signal.aborted ? undefined : retryDelay(outcome, attempt, call)
    if (delay === undefined) throw outcome
    warn(
      call.logger,
      `vectrade: attempt ${attempt} failed (${outcome.code}), next in ${Math.round(delay)} ms`,
    )
    await sleep(delay, signal)
  }
}

async function sendOnce(call: Call, signal: AbortSignal): Promise<Response | VecTradeError> {
  const attempt = new Attempt(call, signal)
  try {
    const response = await attempt.response()
    if (response.status < 400) return response
    const error = await errorFromResponse(response, call.secret)
    attempt.end()
    return error
  } catch (error) {
    attempt.end()
    return connectionError(error, 'connect')
  }
}

/** One attempt: its redirects under one time limit. */
class Attempt {
  readonly #call: Call
  readonly #signal: AbortSignal
  readonly #onAbort = (): void => this.#controller.abort(this.#signal.reason)
  /** Aborted by the caller's signal at any time, by the time limit until headers are in. */
  readonly #controller = new AbortController()
  readonly #ended: Promise<never>
  readonly #timer: ReturnType<typeof setTimeout> | undefined

  constructor(call: Call, signal: AbortSignal) {
    this.#call = call
    this.#ended = new Promise((_, reject) => {
      this.#controller.signal.addEventListener('abort', () =>
        reject(this.#controller.signal.reason),
      )
    })
    // Nobody may be waiting any more.
    this.#ended.catch(() => {})
    this.#signal = signal
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort)
    if (call.timeout > 0) {
      const onTimeout = (): void =>
        this.#controller.abort(new TimeoutError('headers', call.timeout))
      this.#timer = setTimeout(onTimeout, clampTimer(call.timeout))
    }
  }

  async response(): Promise<Response> {
    const { url, method = 'POST', body } = this.#call
    let hop: Hop = { url, method, body }
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const response = await this.#fetch(hop)
      let next
      try {
        next = nextHop(response, hop, this.#call.secret)
      } catch (error) {
        closeBody(response.body)
        throw error
      }
      if (next === undefined) {
        // Reading an error's body has limits of its own, and an answer's may take its time.
        clearTimeout(this.#timer)
        return response
      }
      closeBody(response.body)
      hop = next
    }
    throw refused(`more than ${maxRedirects} redirects`)
  }

  /**
   * For an attempt that has failed: nothing is left to abort. Aborting it all the same makes undici
   * throw where nobody can catch it (a response with too many content encodings, Node 22 to 26).
   */
  end(): void {
    clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  async #fetch({ url, method, body }: Hop): Promise<Response> {
    const { signal } = this.#controller
    if (signal.aborted) throw signal.reason
    const { fetch, headers, credentials } = this.#call
    const init: RequestInit = { method, headers, redirect: 'manual', signal }
    // Some runtimes refuse what they do not have, be it undefined.
    if (credentials) init.credentials = credentials
    if (body === undefined) {
      const { 'content-type': _, ...withoutBody } = headers
      init.headers = withoutBody
    } else {
      init.body = body
    }
    const responding = Promise.resolve(fetch(url, init)).then((response) => {
      if (isResponse(response)) return response
      const error = new ConfigurationError(
        '`fetch` must give a WHATWG Response, whose body, if any, has getReader(): node-fetch does not',
      )
      this.#controller.abort(error)
      throw error
    })
    // A fetch that does not heed its signal must not hold the caller, nor the connection.
    responding.then(
      ({ body: unused }) => {
        if (signal.aborted) closeBody(unused)
      },
      () => {},
    )
    return Promise.race([responding, this.#ended])
  }
}

function isResponse(value: unknown): value is Response {
  if (!isRecord(value) || typeof value['status'] !== 'number') return false
  const { headers, body } = value
  if (!isRecord(headers) || typeof headers['get'] !== 'function') return false
  // React Native's has no body: that is for whoever reads it to say.
  return body === null || body === undefined || (isRecord(body) && 'getReader' in body)
}
