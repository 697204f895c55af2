import type { Abortable } from './abort-scope.ts'
import { ConfigurationError } from './errors/configuration-error.ts'
import { TimeoutError } from './errors/connection-error.ts'
import { errorFromResponse } from './errors/from.ts'
import { connectionError } from './errors/from-thrown.ts'
import { VecTradeError } from './errors/vectrade-error.ts'
import { isRecord } from './events.ts'
import type { Fetch, FetchCredentials, FetchInit, FetchResponse } from './fetch.ts'
import { type Logger, warn } from './logger.ts'
import { type Hop, maxRedirects, nextHop, refused } from './redirect.ts'
import { type RetryPolicy, retryDelay } from './retry.ts'
import { clampTimer, sleep } from './timers.ts'
import { closeBody } from './web/read-body.ts'

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
export async function send(call: Call, signal: Abortable): Promise<FetchResponse> {
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

async function sendOnce(call: Call, signal: Abortable): Promise<FetchResponse | VecTradeError> {
  const controller = new AbortController()
  const unlink = link(signal, controller)
  try {
    const response = await follow(call, controller)
    if (response.status < 400) return response
    const error = await errorFromResponse(response, call.secret, signal)
    unlink()
    return error
  } catch (error) {
    // Nothing is left to abort. To do so all the same makes undici throw where nobody can catch it
    // (a response with too many content encodings, Node 22 to 26).
    unlink()
    return connectionError(error, 'connect')
  }
}

// In functions of their own, for what they return is kept as long as the answer is read, and all that
// the closures of one function use is kept with any one of them: call and prompt would be.

/** Aborts the controller with the signal; returns what ends that. */
function link(signal: Abortable, controller: AbortController): () => void {
  const onAbort = (): void => controller.abort(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort)
  return () => signal.removeEventListener('abort', onAbort)
}

function startTimer(
  ms: number,
  controller: AbortController,
): ReturnType<typeof setTimeout> | undefined {
  if (ms === 0) return undefined
  return setTimeout(() => controller.abort(new TimeoutError('headers', ms)), clampTimer(ms))
}

/**
 * The response behind all redirects, which are under one time limit. That ends with the headers: reading
 * an error's body has limits of its own, and an answer's may take its time.
 */
async function follow(call: Call, controller: AbortController): Promise<FetchResponse> {
  const { url, method = 'POST', body } = call
  const timer = startTimer(call.timeout, controller)
  try {
    let hop: Hop = { url, method, body }
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const response = await fetchHop(call, hop, controller)
      const next = nextHopOrClosed(response, hop, call.secret)
      if (next === undefined) return response
      closeBody(response.body)
      hop = next
    }
    throw refused(`more than ${maxRedirects} redirects`)
  } finally {
    clearTimeout(timer)
  }
}

/** As {@link nextHop}; where it throws, the response is of no use to anybody. */
function nextHopOrClosed(response: FetchResponse, hop: Hop, secret: string): Hop | undefined {
  try {
    return nextHop(response, hop, secret)
  } catch (error) {
    closeBody(response.body)
    throw error
  }
}

/** Settles when the controller is aborted: a fetch that does not heed its signal must not hold the caller. */
function fetchHop(call: Call, hop: Hop, controller: AbortController): Promise<FetchResponse> {
  const { signal } = controller
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    const onResponse = (response: unknown): void => {
      signal.removeEventListener('abort', onAbort)
      if (!isResponse(response)) {
        const error = new ConfigurationError(
          '`fetch` must give a WHATWG Response, whose body, if any, has getReader(): node-fetch does not',
        )
        controller.abort(error)
        reject(error)
      } else if (signal.aborted) {
        // Nor may it hold the connection.
        closeBody(response.body)
      } else {
        resolve(response)
      }
    }
    Promise.resolve(call.fetch(hop.url, requestInit(call, hop, signal)))
      .then(onResponse)
      // What a response of another kind throws when it is looked at is a failure like any other.
      .catch(reject)
  })
}

function requestInit(call: Call, { method, body }: Hop, signal: AbortSignal): FetchInit {
  const { headers, credentials } = call
  // A copy: a fetch that changes its headers changes no other attempt's.
  const init: FetchInit = { method, headers: { ...headers }, redirect: 'manual', signal }
  // Some runtimes refuse what they do not have, be it undefined.
  if (credentials) init.credentials = credentials
  if (body === undefined) {
    const { 'content-type': _, ...withoutBody } = headers
    init.headers = withoutBody
  } else {
    init.body = body
  }
  return init
}

function isResponse(value: unknown): value is FetchResponse {
  if (!isRecord(value) || typeof value['status'] !== 'number') return false
  const { headers, body } = value
  if (!isRecord(headers) || typeof headers['get'] !== 'function') return false
  // React Native's has no body: that is for whoever reads it to say.
  return body === null || body === undefined || (isRecord(body) && 'getReader' in body)
}
