import type { StreamEvent } from '../events/stream-event.ts'
import type { StreamResponse } from '../http/stream-response.ts'
import type { StreamSource } from '../stream/stream-source.ts'

/** Sees the events of a source. */
export interface EventWatcher {
  /** @param isLast whether this event ends the answer */
  onEvent(event: StreamEvent, isLast: boolean): void
}

/** A source whose events are watched. It has no pass-through, because bytes cannot be watched. */
export class WatchedSource implements StreamSource {
  readonly #source: StreamSource
  readonly #watcher: EventWatcher

  constructor(source: StreamSource, watcher: EventWatcher) {
    this.#source = source
    this.#watcher = watcher
  }

  get response(): StreamResponse {
    return this.#source.response
  }

  get lastEventId(): string {
    return this.#source.lastEventId
  }

  get complete(): boolean {
    return this.#source.complete
  }

  get cut(): boolean {
    return this.#source.cut
  }

  get id(): string | undefined {
    return this.#source.id
  }

  take(): StreamEvent | undefined {
    // Without `passThrough`, a source returns events only.
    const event = this.#source.take() as StreamEvent | undefined
    if (event !== undefined) this.#watcher.onEvent(event, this.#source.complete)
    return event
  }

  fill(): Promise<boolean> {
    return this.#source.fill()
  }

  close(reason?: unknown): void {
    this.#source.close(reason)
  }

  async stop(): Promise<void> {
    await this.#source.stop?.()
  }

  drain(): Promise<void> {
    return this.#source.drain()
  }
}
