import type { Abortable } from './abort-scope.ts'
import { APIError } from './errors/api-error.ts'
import type { VecTradeError } from './errors/vectrade-error.ts'
import type { FetchResponse } from './fetch.ts'

/** A header that a key can go in: `X-API-Key`, or `Authorization: Bearer`. */
export type KeyScheme = 'x-api-key' | 'bearer'

type Outcome = FetchResponse | VecTradeError

/** ms that a call waits for another one to find out which header to use. */
const mostWait = 500

/** With these codes, a 403 means an unknown key. With others, the key is known but not allowed. */
const unknownKey: ReadonlySet<string | undefined> = /* @__PURE__ */ new Set([
  'authentication_error',
  'invalid_api_key',
  'missing_api_key',
])

/**
 * A client's key, and the header that it goes in.
 *
 * VecTrade's gateway wants `X-API-Key`; its streaming guide says `Authorization: Bearer`. With the scheme
 * `auto`, a call sends the first, and if the key is refused there, the second. The client remembers
 * which one worked. While a first call finds that out, other calls wait, but not for long: the
 * server may be slow, and on Workers the first call may end without a result when its caller
 * leaves.
 */
export class KeyHeader {
  /** The key. */
  readonly secret: string
  #scheme: KeyScheme | undefined
  #probing: Promise<unknown> | undefined

  constructor(key: string, scheme: KeyScheme | 'auto') {
    this.secret = key
    if (scheme !== 'auto') this.#scheme = scheme
  }

  /** Starts a call. The result makes one attempt of it, which may take two requests. */
  begin(
    headers: Record<string, string>,
    signal: Abortable,
  ): (request: Request) => Promise<Outcome> {
    // A header of the caller's own is not for this SDK to guess about.
    const isFixed = 'authorization' in headers || 'x-api-key' in headers
    let refusal: APIError | undefined
    const probe = async (request: Request): Promise<Outcome> => {
      if (refusal === undefined) {
        const outcome = await request(this.#headers('x-api-key'))
        if (!isKeyRefused(outcome)) return this.#remember('x-api-key', outcome)
        refusal = outcome
      }
      const outcome = await request(this.#headers('bearer'))
      return isKeyRefused(outcome) ? refusal : this.#remember('bearer', outcome)
    }
    return async (request) => {
      const others = this.#probing
      if (others && this.#scheme === undefined && !isFixed) await heard(others, signal)
      if (this.#scheme !== undefined || isFixed) return request(this.#headers(this.#scheme))
      const probing = probe(request)
      this.#probing = probing
      try {
        return await probing
      } finally {
        // Another one may have begun after the wait.
        if (this.#probing === probing) this.#probing = undefined
      }
    }
  }

  #headers(scheme: KeyScheme = 'x-api-key'): Record<string, string> {
    return scheme === 'bearer'
      ? { authorization: `Bearer ${this.secret}` }
      : { 'x-api-key': this.secret }
  }

  #remember(scheme: KeyScheme, outcome: Outcome): Outcome {
    // A failure says nothing of the key: it may come from something on the way.
    if (!(outcome instanceof Error)) this.#scheme = scheme
    return outcome
  }
}

/** Sends one request with these headers besides the call's own. Never rejects. */
type Request = (keyHeader: Record<string, string>) => Promise<Outcome>

function isKeyRefused(outcome: Outcome): outcome is APIError {
  if (!(outcome instanceof APIError)) return false
  const { status, type, errorCode } = outcome
  return status === 401 || (status === 403 && (unknownKey.has(type) || unknownKey.has(errorCode)))
}

/** Resolves when the work is done, after {@link mostWait}, or when the signal is aborted. */
function heard(work: Promise<unknown>, signal: Abortable): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, mostWait)
    signal.addEventListener('abort', end)
    void work.then(end)
  })
}
