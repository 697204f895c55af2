import { RequestAbortedError } from '../errors/request-aborted-error.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { LiveEvent, QuoteEvent } from '../events/live-event.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import { AbortScope, type Track } from '../lifetime/abort-scope.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import type { Pull } from '../lifetime/pull-iterator.ts'
import { concerns } from './concerns.ts'
import type { Delivery } from './delivery.ts'
import type { FeedSink, FeedSource } from './feed-source.ts'
import type { LiveEnd, LiveState } from './live-state.ts'

/** Runs a live feed. It does not refer to the LiveFeed, so that a feed that the program drops is collected. */
export class FeedEngine implements FeedSink {
  readonly ready: Promise<void>
  readonly closed: Promise<LiveEnd>
  readonly #symbols: ReadonlySet<string>
  readonly #delivery: Delivery
  readonly #onStateChange: ((state: LiveState) => void) | undefined
  readonly #latest = new Map<string, QuoteEvent>()
  #state: LiveState = 'connecting'
  #source: FeedSource | undefined
  #scope: AbortScope | undefined
  #end: LiveEnd | undefined
  #isChanging = false
  #onReady: (() => void) | undefined
  #onNotReady: ((error: VecTradeError) => void) | undefined
  #onClosed: ((end: LiveEnd) => void) | undefined
  /** Ends the wait of the reader. */
  #wake: (() => void) | undefined

  constructor(
    symbols: ReadonlySet<string>,
    delivery: Delivery,
    onStateChange?: (state: LiveState) => void,
  ) {
    this.#symbols = symbols
    this.#delivery = delivery
    this.#onStateChange = onStateChange
    this.ready = new Promise((resolve, reject) => {
      this.#onReady = resolve
      this.#onNotReady = reject
    })
    void markHandled(this.ready)
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve
    })
  }

  get state(): LiveState {
    return this.#state
  }

  get lastEventId(): string {
    return this.#delivery.lastEventId
  }

  start(source: FeedSource, signal: Abortable | undefined, track: Track): void {
    const onAbort = (error: RequestAbortedError): void => this.#finish({ reason: 'aborted', error })
    try {
      this.#scope = new AbortScope(signal, track, onAbort)
    } catch (error) {
      onAbort(error as RequestAbortedError)
      return
    }
    this.#source = source
    source.start()
  }

  latest(symbol: string): QuoteEvent | undefined {
    return this.#latest.get(symbol)
  }

  /** Tells the source that the symbols have changed, once for all changes of this tick. */
  change(): void {
    if (this.#isChanging) return
    this.#isChanging = true
    queueMicrotask(() => {
      this.#isChanging = false
      for (const symbol of this.#latest.keys()) {
        if (!this.#symbols.has(symbol)) this.#latest.delete(symbol)
      }
      if (this.#end === undefined) this.#source?.change()
    })
  }

  close(): void {
    this.#finish({ reason: 'closed' })
  }

  /** What the feed's iterator reads. */
  readonly pull: Pull<LiveEvent> = {
    ready: () => this.#take(),
    wait: () => this.#wait(),
    leave: () => this.close(),
  }

  onOpen(): void {
    // The gap before this may have ended the feed, because its buffer was full.
    if (this.#end !== undefined) return
    this.#setState('live')
    this.#onReady?.()
  }

  onEvent(event: LiveEvent, id: string): void {
    if (this.#end !== undefined) return
    if (!concerns(event, this.#symbols)) return this.#delivery.skip(id)
    if (event.type === 'quote.update') this.#latest.set(event.symbol, event)
    try {
      this.#delivery.add(event, id)
    } catch (error) {
      this.#finish({ reason: 'failed', error: error as VecTradeError })
    }
    this.#wake?.()
  }

  onId(id: string): void {
    if (this.#end === undefined) this.#delivery.skip(id)
  }

  onLost(): void {
    if (this.#state === 'live') this.#setState('reconnecting')
  }

  onEnd(error: VecTradeError | undefined): void {
    this.#finish(error === undefined ? { reason: 'ended' } : { reason: 'failed', error })
  }

  #setState(state: LiveState): void {
    if (state === this.#state) return
    this.#state = state
    // What it throws must not end the feed.
    queueMicrotask(() => this.#onStateChange?.(state))
  }

  #finish(end: LiveEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#setState('closed')
    this.#scope?.leave()
    this.#source?.close()
    // A server that ends the feed was reached, even if it has sent nothing.
    if (end.reason === 'ended') this.#onReady?.()
    this.#onNotReady?.(end.error ?? new RequestAbortedError('The feed was closed'))
    this.#onClosed?.(end)
    this.#wake?.()
  }

  /** Returns the next event if it is there. After an end by the server, what has arrived is still delivered. */
  #take(): LiveEvent | undefined {
    const reason = this.#end?.reason
    return reason === 'closed' || reason === 'aborted' ? undefined : this.#delivery.take()
  }

  async #wait(): Promise<IteratorResult<LiveEvent, undefined>> {
    for (;;) {
      const event = this.#take()
      if (event !== undefined) return { done: false, value: event }
      if (this.#end?.error !== undefined) throw this.#end.error
      if (this.#end !== undefined) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
