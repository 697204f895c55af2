import { type Abortable, AbortSource } from './abort-source.ts'
import { RequestAbortedError } from '../errors/stream-error.ts'

export type { Abortable } from './abort-source.ts'

/** Called with a way to end the call; returns what to call when it has ended by itself. */
export type Track = (abort: (error: RequestAbortedError) => void) => () => void

/**
 * The time between the start and the end of one call, in which its caller's signal or the closing
 * of its client may abort it. Nothing is left on the caller's signal afterwards.
 */
export class AbortScope extends AbortSource {
  readonly #caller: Abortable | undefined
  readonly #untrack: (() => void) | undefined
  readonly #onAbort: () => void

  /**
   * @throws RequestAbortedError when the caller's signal is aborted, or the client closed, already
   */
  constructor(
    caller: Abortable | undefined,
    track: Track | undefined,
    onAbort: (error: RequestAbortedError) => void,
  ) {
    super()
    if (caller?.aborted) throw abortedBy(caller)
    this.#caller = caller
    this.#onAbort = () => onAbort(abortedBy(caller))
    // First, for it throws when the client is closed.
    this.#untrack = track?.(onAbort)
    caller?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Lets go of the caller's signal and of the client, however the call ended. */
  leave(): void {
    this.#caller?.removeEventListener('abort', this.#onAbort)
    this.#untrack?.()
  }
}

function abortedBy(signal: Abortable | undefined): RequestAbortedError {
  return new RequestAbortedError(undefined, { cause: signal?.reason })
}
