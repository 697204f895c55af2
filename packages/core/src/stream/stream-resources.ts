import { AbortScope } from '../lifetime/abort-scope.ts'
import { forgetCollected, whenCollected } from '../lifetime/finalization.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { StreamSettings } from './stream-source.ts'
import { Watchdog } from './watchdog.ts'

/**
 * What a stream holds outside of itself: its place with the caller's signal and the client, its timer,
 * its connection. It refers to no stream, so that one that the program has dropped can still be ended.
 */
export class StreamResources {
  readonly watchdog: Watchdog
  /** Closes where the events come from. */
  close: ((reason?: unknown) => void) | undefined
  readonly #settings: StreamSettings
  readonly #onAbort: (error: VecTradeError) => void
  #scope: AbortScope | undefined

  /** @param onAbort called when the caller, the client or a time limit ends the stream */
  constructor(settings: StreamSettings, onAbort: (error: VecTradeError) => void) {
    const { idleTimeout = 0, heartbeatTimeout = 0 } = settings
    this.#settings = settings
    this.#onAbort = onAbort
    this.watchdog = new Watchdog({ idleTimeout, heartbeatTimeout }, onAbort)
  }

  /**
   * From here on the caller's signal and the client can end the stream, and so does dropping it.
   *
   * @throws RequestAbortedError as {@link AbortScope} does
   */
  enter(stream: object): AbortScope {
    if (this.#scope === undefined) {
      const { signal, track } = this.#settings
      this.#scope = new AbortScope(signal, track, this.#onAbort)
      whenCollected(stream, () => this.abort(), this)
    }
    return this.#scope
  }

  /** Lets go of everything but the connection. */
  leave(): void {
    forgetCollected(this)
    this.watchdog.stop()
    this.#scope?.leave()
  }

  /** Ends everything; a request under way with the failure, if there was one. */
  abort(reason?: unknown, failure?: VecTradeError): void {
    this.leave()
    try {
      this.close?.(reason)
    } finally {
      this.#scope?.abort(failure ?? reason)
    }
  }
}
