import { type Abortable, AbortSource, whenAborted } from './abort-source.ts'
import { RequestAbortedError } from '../errors/stream-error.ts'

/** Registers a call with its client. It gets a way to end the call, and returns what to call at its end. */
export type Track = (abort: (error: RequestAbortedError) => void) => () => void

/**
 * The signal of one call. The caller's signal and the closing of the client abort the call, until it leaves
 * the scope. Then nothing is left on the caller's signal.
 */
export class AbortScope extends AbortSource {
  readonly #untrack: (() => void) | undefined
  readonly #unlink: (() => void) | undefined

  /** @throws RequestAbortedError if the caller's signal is already aborted, or the client closed */
  constructor(
    caller: Abortable | undefined,
    track: Track | undefined,
    onAbort: (error: RequestAbortedError) => void,
  ) {
    super()
    if (caller?.aborted) throw abortedBy(caller)
    // This comes first, because it throws if the client is closed.
    this.#untrack = track?.(onAbort)
    this.#unlink = caller && whenAborted(caller, () => onAbort(abortedBy(caller)))
  }

  /** Lets go of the caller's signal and of the client. */
  leave(): void {
    this.#unlink?.()
    this.#untrack?.()
  }
}

function abortedBy(signal: Abortable): RequestAbortedError {
  return new RequestAbortedError(undefined, { cause: signal.reason })
}
