import type { Abortable } from '../lifetime/abort-source.ts'
import { APIError } from '../errors/api-error.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { CallSecrets } from '../errors/secrets.ts'
import type { APIKey } from '../options/options.ts'
import type { FetchResponse } from '../options/runtime.ts'
import { within } from '../lifetime/timers.ts'

/** What a call has to do with its key. */
interface KeyUse {
  /** The headers of the call. Names are in lower case. */
  headers: Record<string, string>
  /** How long a function may take to return the key, in ms. 0 is no limit. */
  timeout: number
  secrets: CallSecrets
}

/** A header for the key: `X-API-Key`, or `Authorization: Bearer`. */
type KeyScheme = 'x-api-key' | 'bearer'

type Outcome = FetchResponse | VecTradeError

/** How long a call waits for another one to find out which header to use, in ms. */
const mostWait = 2_000

/** With these codes, a 403 means an unknown key. With other codes, the key is known but not allowed. */
const unknownKey: ReadonlySet<string | undefined> = /* @__PURE__ */ new Set([
  'authentication_error',
  'invalid_api_key',
  'missing_api_key',
])

/**
 * A client's key, and the header in which the client sends it.
 *
 * VecTrade's gateway wants `X-API-Key`, but its streaming guide says `Authorization: Bearer`. With the scheme
 * `auto`, a call first sends `X-API-Key`. If the server refuses the key there, the call is sent again with
 * `Authorization`. The client remembers which header worked. Other calls wait for this result, but only for two
 * seconds. The server may be slow, and on Workers the first call may end without a result.
 */
export class KeyHeader {
  readonly #key: APIKey
  #scheme: KeyScheme | undefined
  /** What a call that tries both headers finds. Undefined if it had no key to send. */
  #probing: Promise<Outcome | undefined> | undefined

  constructor(key: APIKey, scheme: KeyScheme | 'auto') {
    this.#key = key
    if (scheme !== 'auto') this.#scheme = scheme
  }

  /**
   * Starts a call. Returns a function that makes one attempt of the call, with one or two requests. It rejects only if
   * there is no key to send, as {@link bearer} does.
   */
  begin(use: KeyUse, signal: Abortable): (send: SendWithKey) => Promise<Outcome> {
    if (hasOwnKey(use)) return (send) => send({})
    let refusal: APIError | undefined
    const probe = async (send: SendWithKey): Promise<Outcome> => {
      const key = await this.#read(use, signal)
      if (refusal === undefined) {
        const outcome = await send(headerOf(key, 'x-api-key'))
        if (!isKeyRefused(outcome)) {
          // A failure proves nothing, because it may come from a proxy.
          if (!(outcome instanceof Error)) this.#scheme = 'x-api-key'
          return outcome
        }
        refusal = outcome
      }
      const outcome = await send(headerOf(key, 'bearer'))
      if (isKeyRefused(outcome)) return refusal
      if (isKeyKnown(outcome)) this.#scheme = 'bearer'
      return outcome
    }
    return async (send) => {
      const others = this.#scheme === undefined ? this.#probing : undefined
      const found = others && (await within(others, mostWait, signal))
      // Another call has just found that neither header works. One request is enough to get this call's error.
      const fallback = found !== undefined && isKeyRefused(found) ? 'x-api-key' : undefined
      const scheme = this.#scheme ?? fallback
      if (scheme !== undefined) return send(headerOf(await this.#read(use, signal), scheme))
      const work = probe(send)
      const probing = work.catch(() => undefined)
      this.#probing = probing
      try {
        return await work
      } finally {
        // Another call may have begun to probe after waiting for this one.
        if (this.#probing === probing) this.#probing = undefined
      }
    }
  }

  /**
   * Returns the header for the key of one attempt that tries no other header.
   *
   * @throws ConfigurationError if the key is a function that fails, returns no key or takes longer than `timeout`; or the
   *   signal's reason
   */
  async bearer(use: KeyUse, signal: Abortable): Promise<Record<string, string>> {
    return hasOwnKey(use) ? {} : headerOf(await this.#read(use, signal), 'bearer')
  }

  async #read({ timeout, secrets }: KeyUse, signal: Abortable): Promise<string> {
    const key = this.#key
    const given =
      typeof key === 'string'
        ? key
        : await (await import('./ask-for-key.ts')).askForKey(key, timeout, signal)
    secrets.addKey(given)
    return given
  }
}

/** Whether the caller's own header replaces the key's. The two are never sent together. */
function hasOwnKey({ headers }: KeyUse): boolean {
  return 'authorization' in headers || 'x-api-key' in headers
}

function headerOf(key: string, scheme: KeyScheme): Record<string, string> {
  return scheme === 'bearer' ? { authorization: `Bearer ${key}` } : { 'x-api-key': key }
}

/** Sends one request of the call, with the key's header added. Never rejects. */
type SendWithKey = (keyHeader: Record<string, string>) => Promise<Outcome>

/** Whether the server does not know the key. */
function isKeyRefused(outcome: Outcome): outcome is APIError {
  if (!(outcome instanceof APIError)) return false
  const { status, type, errorCode } = outcome
  return status === 401 || (status === 403 && (unknownKey.has(type) || unknownKey.has(errorCode)))
}

/** Whether the server has served the call, or refused it for a reason other than the key. */
function isKeyKnown(outcome: Outcome): boolean {
  if (!(outcome instanceof Error)) return true
  const status = outcome instanceof APIError ? (outcome.status ?? 0) : 0
  return status >= 400 && status < 500 && status !== 404 && status !== 408
}
