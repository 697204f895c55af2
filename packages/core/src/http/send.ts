import { type Abortable, AbortSource, whenAborted } from '../lifetime/abort-source.ts'
import { type BodyOwner, setBodyOwner } from '../lifetime/body-owner.ts'
import type { CallSecrets } from '../errors/secrets.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import { errorFromResponse } from './error-from-response.ts'
import { errorFromThrown } from '../errors/error-from-thrown.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import type {
  Fetch,
  FetchCredentials,
  FetchInit,
  FetchResponse,
  RuntimeDefaults,
} from '../options/runtime.ts'
import type { KeyHeader } from './key-header.ts'
import { isResponse } from './is-response.ts'
import { type Hop, isRedirect, maxRedirects, nextHop, refused } from './redirect.ts'
import { type RetryPolicy, retryDelay } from './retry.ts'
import { after, sleep } from '../lifetime/timers.ts'
import { closeBody } from './read-body.ts'

/** A call, with everything that is the same on all of its attempts. */
export interface Call extends RetryPolicy, Pick<RuntimeDefaults, 'toCause'> {
  url: string
  /** Default `POST`. */
  method?: Hop['method'] | undefined
  body?: string | undefined
  headers: Record<string, string>
  /** ms until response headers, for each request with its redirects. 0 is no limit. */
  timeout: number
  fetch: Fetch
  credentials?: FetchCredentials | undefined
  watcher?: AttemptWatcher | undefined
  /** Undefined if an endpoint has the key. */
  key: KeyHeader | undefined
  /** The key and other credentials, which must not be in an error even if the server quotes them. */
  secrets: CallSecrets
}

/** Watches the requests of a call. */
export interface AttemptWatcher {
  /** Returns the call with the headers and the `fetch` of its next request. */
  attempt(call: Call): Call
  /** Called before the pause of `delay` ms after a failure. */
  onRetry(error: VecTradeError, delay?: number): void
}

/**
 * Sends a call until a response is a success or a failure is final. Returns that response.
 *
 * After a success nothing is sent again, because the caller has begun to read the answer.
 *
 * @param signal aborting it ends the call, including waits, until there is a response. After that, close
 *   the body to end the call.
 * @throws APIError, ConnectionError, TimeoutError (`headers`), ConfigurationError if there is no key to send, or the
 *   signal's reason
 */
export async function send(call: Call, signal: Abortable): Promise<FetchResponse> {
  const attemptWithKey = call.key?.begin(call, signal)
  const request = (
    keyHeader: Record<string, string> = {},
  ): Promise<FetchResponse | VecTradeError> =>
    sendOnce({ ...call, headers: { ...keyHeader, ...call.headers } }, signal)
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await (attemptWithKey?.(request) ?? request())
    if (!VecTradeError.isInstance(outcome)) return outcome
    const delay = signal.aborted ? undefined : retryDelay(outcome, attempt, call)
    if (delay === undefined) throw outcome
    call.watcher?.onRetry(outcome, delay)
    await sleep(delay, signal)
  }
}

/** Makes one attempt with one header for the key. Never rejects: a failure is the result. */
async function sendOnce(call: Call, signal: Abortable): Promise<FetchResponse | VecTradeError> {
  const attempt = new Attempt()
  attempt.toCause = call.toCause
  const unlink = whenAborted(signal, () => attempt.abort(signal.reason))
  try {
    // If the caller leaves in the same tick, nothing is sent. React's StrictMode mounts each component,
    // unmounts it and mounts it again, and each analysis costs.
    await Promise.resolve()
    const response = await follow(call.watcher?.attempt(call) ?? call, attempt)
    // From here on, closing the body ends the request.
    if (response.body) setBodyOwner(response.body, attempt)
    if (response.status < 400) return response
    const context = { secrets: call.secrets, notFoundHint: hintOf(call) }
    return await errorFromResponse(response, context, signal)
  } catch (error) {
    // Do not abort a request that has failed. It makes undici throw where no one can catch the error, after a
    // response with too many content encodings (Node 22 to 26).
    return errorFromThrown(attempt.toCause?.(error) ?? error, 'connect')
  } finally {
    unlink()
  }
}

/** Returns advice for a 404 of VecTrade's API. There is none for the user's own endpoint. */
function hintOf({ key, url }: Call): string | undefined {
  const isAnalysis = url.endsWith('/ai/analyze')
  if (key === undefined || !isAnalysis || url.endsWith('/vq/ai/analyze')) return undefined
  return '(some deployments serve this API at /v1/vq: check `baseURL`)'
}

/**
 * One attempt of a call. It lives until the answer has been read, so it must not refer to the call, whose
 * prompt may be large.
 */
class Attempt extends AbortSource implements BodyOwner {
  /** Aborts the current request. If there are redirects, an attempt has several requests. */
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

  /** Ends the current request, but not the attempt. */
  endRequest(body: FetchResponse['body']): void {
    closeBody(body)
    this.end()
    this.#controller = undefined
  }
}

/**
 * Starts the timer of `timeout`. All closures of one function share their variables, so a timer made in
 * {@link follow} would keep the call and its prompt in memory. That is why this is a separate function.
 */
function startTimer(ms: number, attempt: Attempt): () => void {
  return after(ms, () => attempt.abort(new TimeoutError('headers', ms)))
}

/**
 * Sends the requests of an attempt and returns the response after all redirects. `timeout` applies to all of
 * them together, up to the response's headers.
 */
async function follow(call: Call, attempt: Attempt): Promise<FetchResponse> {
  const { url, method = 'POST', body } = call
  const stopTimer = startTimer(call.timeout, attempt)
  try {
    let hop: Hop = { url, method, body }
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const response = await fetchHop(call, hop, attempt)
      if (!isRedirect(response)) return response
      attempt.endRequest(response.body)
      hop = nextHop(response, hop, call.secrets)
    }
    throw refused(`more than ${maxRedirects} redirects`)
  } finally {
    stopTimer()
  }
}

/** Sends one request. Rejects when the attempt is aborted, even if fetch ignores its signal. */
function fetchHop(call: Call, hop: Hop, attempt: Attempt): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    const unlink = whenAborted(attempt, () => reject(attempt.reason))
    if (attempt.aborted) return
    const onResponse = (response: unknown): void => {
      unlink()
      if (!isResponse(response)) {
        const error = new ConfigurationError(
          '`fetch` must return a WHATWG Response whose body has getReader(), which node-fetch does not',
        )
        attempt.abort(error)
        reject(error)
      } else if (attempt.aborted) {
        // The response came too late. Free its connection.
        closeBody(response.body)
      } else {
        resolve(response)
      }
    }
    // Not `call.fetch(…)`: the fetch of pages and Workers refuses to be called as a method.
    const { fetch } = call
    Promise.resolve(fetch(hop.url, requestInit(call, hop, attempt.signal)))
      .then(onResponse)
      // This includes what a broken response throws when its properties are read.
      .catch(reject)
  })
}

function requestInit(call: Call, { method, body }: Hop, signal: AbortSignal): FetchInit {
  const { headers, credentials } = call
  // A copy, so that a fetch that changes its headers does not change those of other attempts.
  const init: FetchInit = { method, headers: { ...headers }, redirect: 'manual', signal }
  // Some runtimes refuse an option that they do not have, even if it is undefined.
  if (credentials) init.credentials = credentials
  if (body === undefined) {
    const { 'content-type': _, ...withoutBody } = headers
    init.headers = withoutBody
  } else {
    init.body = body
  }
  return init
}
