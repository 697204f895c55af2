import { type Abortable, whenAborted } from '../lifetime/abort-source.ts'
import { APIError } from '../errors/api-error.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { FetchResponse } from '../options/runtime.ts'
import { after } from '../lifetime/timers.ts'

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
  /** The key. */
  readonly secret: string
  #scheme: KeyScheme | undefined
  #probing: Promise<Outcome> | undefined

  constructor(key: string, scheme: KeyScheme | 'auto') {
    this.secret = key
    if (scheme !== 'auto') this.#scheme = scheme
  }

  /** Starts a call. Returns a function that makes one attempt of the call, with one or two requests. */
  begin(
    headers: Record<string, string>,
    signal: Abortable,
  ): (send: SendWithKey) => Promise<Outcome> {
    // The caller's own header replaces the key's, because the two are never sent together.
    if ('authorization' in headers || 'x-api-key' in headers) return (send) => send({})
    let refusal: APIError | undefined
    const probe = async (send: SendWithKey): Promise<Outcome> => {
      if (refusal === undefined) {
        const outcome = await send(this.#header('x-api-key'))
        if (!isKeyRefused(outcome)) {
          // A failure proves nothing, because it may come from a proxy.
          if (!(outcome instanceof Error)) this.#scheme = 'x-api-key'
          return outcome
        }
        refusal = outcome
      }
      const outcome = await send(this.#header('bearer'))
      if (isKeyRefused(outcome)) return refusal
      if (isKeyKnown(outcome)) this.#scheme = 'bearer'
      return outcome
    }
    return async (send) => {
      const others = this.#scheme === undefined ? this.#probing : undefined
      const found = others && (await waitFor(others, signal))
      if (this.#scheme !== undefined) return send(this.#header(this.#scheme))
      // Another call has just found that neither header works. One request is enough to get this call's error.
      if (found !== undefined && isKeyRefused(found)) return send(this.#header('x-api-key'))
      const probing = probe(send)
      this.#probing = probing
      try {
        return await probing
      } finally {
        // Another call may have begun to probe after waiting for this one.
        if (this.#probing === probing) this.#probing = undefined
      }
    }
  }

  #header(scheme: KeyScheme): Record<string, string> {
    return scheme === 'bearer'
      ? { authorization: `Bearer ${this.secret}` }
      : { 'x-api-key': this.secret }
  }
}

/** Sends one request of the call, with the key's header added. Never rejects. */
type SendWithKey = (keyHeader: Record<string, string>) => Promise<Outcome>

/** Whether the server does not know the key. */
function isKeyRefused(outcome: Outcome): outcome is APIError {
  if (!(outcome instanceof APIError)) return false
  const { status, type, errorCode } = outcome
  return status === 401 || (status === 403 && (unknownKey.has(type) || unknownKey.has(errorCode)))
}

/** Whether the server has served the call, or refused it for another reason than the key. */
function isKeyKnown(outcome: Outcome): boolean {
  if (!(outcome instanceof Error)) return true
  const status = outcome instanceof APIError ? (outcome.status ?? 0) : 0
  return status >= 400 && status < 500 && status !== 404 && status !== 408
}

/** Waits for a result. Returns undefined after {@link mostWait}, or when the signal is aborted. */
function waitFor(work: Promise<Outcome>, signal: Abortable): Promise<Outcome | undefined> {
  return new Promise((resolve) => {
    let unlink: (() => void) | undefined
    const end = (outcome?: Outcome): void => {
      stopTimer()
      unlink?.()
      resolve(outcome)
    }
    const stopTimer = after(mostWait, () => end())
    unlink = whenAborted(signal, () => end())
    void work.then(end)
  })
}
