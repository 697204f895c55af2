import { AbortScope } from '../lifetime/abort-scope.ts'
import { forgetCollected, whenCollected } from '../lifetime/finalization.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { CallOutcome, StreamSettings } from './stream-source.ts'

/**
 * Everything that a stream holds outside of itself: the listener on the caller's signal, the entry at the
 * client, and the connection. It does not refer to the stream, so it can end a stream that the program has
 * dropped.
 */
export class StreamResources {
  /** Closes the source of the events. */
  close: ((reason?: unknown) => void) | undefined
  readonly #settings: StreamSettings
  readonly #onAbort: (error: VecTradeError) => void
  #scope: AbortScope | undefined

  /** @param onAbort called when the caller or the client ends the stream */
  constructor(settings: StreamSettings, onAbort: (error: VecTradeError) => void) {
    this.#settings = settings
    this.#onAbort = onAbort
  }

  /**
   * Lets the caller's signal, the client and the garbage collector end the stream.
   *
   * @param owner the object that the program holds. When it is collected, the stream ends
   * @throws RequestAbortedError as {@link AbortScope} does
   */
  enter(owner: object): AbortScope {
    if (this.#scope === undefined) {
      const { signal, track } = this.#settings
      this.#scope = new AbortScope(signal, track, this.#onAbort)
      whenCollected(owner, () => this.abort('dropped'), this)
    }
    return this.#scope
  }

  /** Releases everything except the connection. */
  leave(outcome: CallOutcome = 'complete'): void {
    forgetCollected(this)
    this.#scope?.leave()
    this.#settings.onEnd?.(outcome)
  }

  /** Releases everything and closes the connection. A pending request fails with the error, if the outcome is one. */
  abort(outcome: Exclude<CallOutcome, 'complete'>, reason?: unknown): void {
    this.leave(outcome)
    try {
      this.close?.(reason)
    } finally {
      this.#scope?.abort(typeof outcome === 'string' ? reason : outcome)
    }
  }
}
