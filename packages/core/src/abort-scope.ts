import { ConfigurationError } from './errors/configuration-error.ts'
import { RequestAbortedError } from './errors/stream-error.ts'

/** Called with a way to end the call; returns what to call when it has ended by itself. */
export type Track = (abort: (error: RequestAbortedError) => void) => () => void

/** The parts of an `AbortSignal` that the SDK uses, so that the signals of other libraries fit as well. */
export interface Abortable {
  readonly aborted: boolean
  /** Becomes the `cause` of the error. */
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/**
 * The time between the start and the end of one call, in which its caller's signal or the closing
 * of its client may abort it. Nothing is left on the caller's signal afterwards.
 *
 * To the call it is what aborts it. It is no AbortSignal: each attempt needs one, and a second for each
 * stream takes memory.
 */
export class AbortScope implements Abortable {
  aborted = false
  reason: unknown
  /** Few, so no Set, which takes more. */
  #listeners: (() => void)[] = []
  readonly #caller: Abortable | undefined
  readonly #untrack: (() => void) | undefined
  readonly #onAbort: () => void

  /**
   * @throws ConfigurationError when the caller's signal is none
   * @throws RequestAbortedError when the caller's signal is aborted, or the client closed, already
   */
  constructor(
    caller: Abortable | undefined,
    track: Track | undefined,
    onAbort: (error: RequestAbortedError) => void,
  ) {
    if (caller !== undefined && typeof caller.addEventListener !== 'function') {
      throw new ConfigurationError('`signal` must be an AbortSignal, such as `controller.signal`')
    }
    if (caller?.aborted) throw abortedBy(caller)
    this.#caller = caller
    this.#onAbort = () => onAbort(abortedBy(caller))
    // First, for it throws when the client is closed.
    this.#untrack = track?.(onAbort)
    caller?.addEventListener('abort', this.#onAbort, { once: true })
  }

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.push(listener)
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener)
  }

  /** Lets go of the caller's signal and of the client, however the call ended. */
  leave(): void {
    this.#caller?.removeEventListener('abort', this.#onAbort)
    this.#untrack?.()
  }

  /** Ends the request. */
  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    for (const listener of this.#listeners) listener()
    this.#listeners = []
  }
}

function abortedBy(signal: Abortable | undefined): RequestAbortedError {
  return new RequestAbortedError(undefined, { cause: signal?.reason })
}
