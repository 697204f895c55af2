import { RequestAbortedError } from './errors/stream-error.ts'

/** Called with a way to end the call; returns what to call when it has ended by itself. */
export type Track = (abort: (error: RequestAbortedError) => void) => () => void

/** As much of an AbortSignal as a call asks for. */
export interface Abortable extends Pick<AbortSignal, 'aborted' | 'reason'> {
  addEventListener(type: 'abort', listener: () => void): void
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
  readonly #caller: AbortSignal | undefined
  readonly #untrack: (() => void) | undefined
  readonly #onAbort: () => void

  /**
   * @throws RequestAbortedError when the caller's signal is aborted, or the client closed, already
   */
  constructor(
    caller: AbortSignal | undefined,
    track: Track | undefined,
    onAbort: (error: RequestAbortedError) => void,
  ) {
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

function abortedBy(signal: AbortSignal | undefined): RequestAbortedError {
  return new RequestAbortedError(undefined, { cause: signal?.reason })
}
