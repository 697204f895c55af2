import { type Abortable, AbortSource, whenAborted } from '../lifetime/abort-source.ts'
import { type BodyOwner, ownBody } from '../lifetime/body-owner.ts'
import type { Secrets } from '../errors/clean.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { TimeoutError } from '../errors/connection-error.ts'
import { errorFromResponse } from './error-from-response.ts'
import { connectionError } from '../errors/from-thrown.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { isRecord } from '../events/json.ts'
import type {
  Fetch,
  FetchCredentials,
  FetchInit,
  FetchResponse,
  RuntimeDefaults,
} from '../options/runtime.ts'
import type { KeyHeader } from './key-header.ts'
import { type Logger, warn } from '../lifetime/logger.ts'
import { type Hop, maxRedirects, nextHop, refused } from './redirect.ts'
import { type RetryPolicy, retryDelay } from './retry.ts'
import { after, sleep } from '../lifetime/timers.ts'
import { closeBody } from './read-body.ts'

/** One call: everything that is the same on each of its attempts. */
export interface Call extends RetryPolicy, Pick<RuntimeDefaults, 'toCause'> {
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
  /** Undefined where none is needed: an endpoint has the key. */
  key: KeyHeader | undefined
  /** The key and other credentials, in case the server quotes them in an error. */
  secrets: Secrets
}

/**
 * Sends a call until a response is a success or a failure is final, and gives that response.
 *
 * Once a success is given back nothing is sent again: an answer that has begun is the caller's.
 *
 * @param signal ends the call when it is aborted, waits included, until there is a response. A response
 *   ends with its body.
 * @throws APIError, ConnectionError, TimeoutError (`headers`), or the signal's reason
 */
export async function send(call: Call, signal: Abortable): Promise<FetchResponse> {
  const attemptWithKey = call.key?.begin(call.headers, signal)
  const request = (
    keyHeader: Record<string, string> = {},
  ): Promise<FetchResponse | VecTradeError> =>
    sendOnce({ ...call, headers: { ...keyHeader, ...call.headers } }, signal)
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await (attemptWithKey?.(request) ?? request())
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
  const attempt = new Attempt()
  attempt.toCause = call.toCause
  const unlink = whenAborted(signal, () => attempt.abort(signal.reason))
  try {
    // A caller that leaves in the same tick sends nothing: React's StrictMode mounts every component,
    // unmounts it and mounts it again, and each analysis costs.
    await Promise.resolve()
    const response = await follow(call, attempt)
    // From here on it ends with its body, whoever reads that.
    if (response.body) ownBody(response.body, attempt)
    if (response.status < 400) return response
    const context = { secrets: call.secrets, notFoundHint: hintOf(call) }
    return await errorFromResponse(response, context, signal)
  } catch (error) {
    // What has failed is not aborted: that makes undici throw where no one can catch it (a response with
    // too many content encodings, Node 22 to 26).
    return connectionError(attempt.toCause?.(error) ?? error, 'connect')
  } finally {
    unlink()
  }
}

/** Advice for a 404 of VecTrade's API. An endpoint of the user's own gets none. */
function hintOf({ key, url }: Call): string | undefined {
  if (key === undefined || url.endsWith('/vq/ai/analyze')) return undefined
  return '(some deployments serve this API at /v1/vq: check `baseURL`)'
}

/** One attempt. It is kept as long as the answer is read, and so must not keep the call, prompt and all. */
class Attempt extends AbortSource implements BodyOwner {
  /** For the request under way: redirects make several of an attempt. */
  #controller: AbortController | undefined
  toCause: RuntimeDefaults['toCause']

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  override abort(reason?: unknown): void {
    super.abort(reason)
    this.#controller?.abort(reason)
  }

  end(): void {
    this.#controller?.abort()
  }

  /** Ends a request that has been answered, but not the attempt. */
  endRequest(body: FetchResponse['body']): void {
    closeBody(body)
    this.end()
    this.#controller = undefined
  }
}

/** In a function of its own: what a closure keeps is all that the closures of one function use. */
function startTimer(ms: number, attempt: Attempt): () => void {
  return after(ms, () => attempt.abort(new TimeoutError('headers', ms)))
}

/**
 * The response after all redirects, which are under one time limit. That ends with the headers: reading
 * an error's body has limits of its own, and an answer's may take its time.
 */
async function follow(call: Call, attempt: Attempt): Promise<FetchResponse> {
  const { url, method = 'POST', body } = call
  const stopTimer = startTimer(call.timeout, attempt)
  try {
    let hop: Hop = { url, method, body }
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const response = await fetchHop(call, hop, attempt)
      const next = nextHopOrEnded(response, hop, call.secrets, attempt)
      if (next === undefined) return response
      attempt.endRequest(response.body)
      hop = next
    }
    throw refused(`more than ${maxRedirects} redirects`)
  } finally {
    stopTimer()
  }
}

/** As {@link nextHop}; where it throws, the response is of no use to anybody. */
function nextHopOrEnded(
  response: FetchResponse,
  hop: Hop,
  secrets: Secrets,
  attempt: Attempt,
): Hop | undefined {
  try {
    return nextHop(response, hop, secrets)
  } catch (error) {
    attempt.endRequest(response.body)
    throw error
  }
}

/** Settles when the attempt is aborted: a fetch that does not heed its signal must not hold the caller. */
function fetchHop(call: Call, hop: Hop, attempt: Attempt): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    const unlink = whenAborted(attempt, () => reject(attempt.reason))
    if (attempt.aborted) return
    const onResponse = (response: unknown): void => {
      unlink()
      if (!isResponse(response)) {
        const error = new ConfigurationError(
          '`fetch` must give a WHATWG Response, whose body, if any, has getReader(): node-fetch does not',
        )
        attempt.abort(error)
        reject(error)
      } else if (attempt.aborted) {
        // Nor may it hold the connection.
        closeBody(response.body)
      } else {
        resolve(response)
      }
    }
    Promise.resolve(call.fetch(hop.url, requestInit(call, hop, attempt.signal)))
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

/** Whether a value is a Response, also of another realm or library. */
export function isResponse(value: unknown): value is FetchResponse {
  if (!isRecord(value) || typeof value['status'] !== 'number') return false
  const { headers, body } = value
  if (!isRecord(headers) || typeof headers['get'] !== 'function') return false
  // React Native's has no body: that is for whoever reads it to say.
  return body === null || body === undefined || (isRecord(body) && 'getReader' in body)
}
