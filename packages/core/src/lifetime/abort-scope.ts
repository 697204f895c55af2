import { type Abortable, AbortSource, whenAborted } from './abort-source.ts'
import { RequestAbortedError } from '../errors/request-aborted-error.ts'

/**
 * Registers a call with its client. The client can then end the call with `abort`. Returns a function to call
 * once the call has ended.
 */
export type Track = (abort: (error: RequestAbortedError) => void) => () => void

/**
 * The signal of one call.
 *
 * It calls `onAbort` when the caller's signal is aborted or the client is closed. It does not abort itself then:
 * `onAbort` ends the call, and decides with which error. `leave()` removes the listener from the caller's signal.
 */
export class AbortScope extends AbortSource {
  readonly #untrack: (() => void) | undefined
  readonly #unlink: (() => void) | undefined

  /** @throws RequestAbortedError if the caller's signal is already aborted, or the client is closed */
  constructor(
    caller: Abortable | undefined,
    track: Track | undefined,
    onAbort: (error: RequestAbortedError) => void,
  ) {
    super()
    if (caller?.aborted) throw abortedBy(caller)
    // Add no listener before this. It throws if the client is closed.
    this.#untrack = track?.(onAbort)
    this.#unlink = caller && whenAborted(caller, () => onAbort(abortedBy(caller)))
  }

  /** Removes the listener from the caller's signal, and the call from its client. */
  leave(): void {
    this.#unlink?.()
    this.#untrack?.()
  }
}

function abortedBy(signal: Abortable): RequestAbortedError {
  return new RequestAbortedError(undefined, { cause: signal.reason })
}
