import { StreamInterruptedError } from '../errors/connection-error.ts'
import { errorFromThrown } from '../errors/error-from-thrown.ts'
import { RequestAbortedError } from '../errors/request-aborted-error.ts'
import { setContext, VecTradeError } from '../errors/vectrade-error.ts'
import { type Analysis, AnalysisSoFar } from '../events/analysis.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import type { AbortScope } from '../lifetime/abort-scope.ts'
import { WeakHandle } from '../lifetime/finalization.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import type { Pull } from '../lifetime/pull-iterator.ts'
import { within } from '../lifetime/timers.ts'
import { StreamResources } from './stream-resources.ts'
import type { StreamOpener, StreamSettings, StreamSource } from './stream-source.ts'

/** How long `stop` waits for the id of a stream, in ms. */
const longestWait = 500

/** Returns the item of an iterator for an event, or undefined to leave the event out. */
export type ToItem<T> = (event: StreamEvent) => T | undefined

/**
 * The reading of one answer, from before its request until its end.
 *
 * It opens the source at the first use, hands out the events, and ends once: complete, cancelled, or with an
 * error. An {@link AnalysisStream} and its iterators share one reading.
 */
export class Reading {
  /** Whether to collect the answer, for `finalAnalysis()` and for the `partial` of an error. */
  keepsAnswer = true
  /** Called when the reading ends early. A tee then ends the branch that waits for the other one. */
  onEnd: (() => void) | undefined
  /** Undefined once the source is open, so that the request and its prompt can be collected. */
  #opener: StreamOpener | undefined
  readonly #handle: WeakHandle<Reading> = new WeakHandle<Reading>(this)
  readonly #resources: StreamResources
  readonly #answer = new AnalysisSoFar()
  #passesThrough = false
  #opening: Promise<StreamSource> | undefined
  /** Whether the request may be on its way. A reading that ends in the same tick sends nothing. */
  #isSent = false
  #source: StreamSource | undefined
  /** How the reading ended. */
  #outcome: 'complete' | 'cancelled' | VecTradeError | undefined
  /** Ends the wait for the source to open. */
  #wake: (() => void) | undefined

  constructor(opener: StreamOpener, settings: StreamSettings) {
    this.#opener = opener
    const onAbort = this.#handle.bind<[VecTradeError]>((reading, error) => reading.#onAbort(error))
    this.#resources = new StreamResources(settings, onAbort)
    if (opener.discard) {
      // The opener already holds a connection. Close it even if the stream is never used.
      this.#resources.close = opener.discard
      this.#enter()
    }
  }

  /** The source, once it is open. */
  get source(): StreamSource | undefined {
    return this.#source
  }

  /** Whether the end of the answer has been read. */
  get isComplete(): boolean {
    return this.#outcome === 'complete' || (this.#source?.complete ?? false)
  }

  /** Whether the reading ended before its answer was complete. */
  get isCut(): boolean {
    return this.#outcome !== undefined && this.#outcome !== 'complete'
  }

  /** Opens the source, unless that has begun. @throws the errors of iterating */
  open(): Promise<StreamSource> {
    return (this.#opening ??= this.#start())
  }

  /** Returns the source of an iterator. `toItem` makes its items from the events. */
  pull<T>(toItem: ToItem<T>): Pull<T> {
    return {
      ready: () => this.#ready(toItem),
      wait: () => this.#wait(toItem),
      leave: () => this.cancel(),
    }
  }

  /** Allows pass-through: events that a relay need not change then come as their bytes. */
  passThrough(): void {
    this.#passesThrough = true
    this.#source?.passThrough?.()
  }

  /** Ends the reading with the error. A complete answer can no longer fail, like a `fetch` whose body has been read. */
  #onAbort(error: VecTradeError): void {
    if (this.#source?.complete) void markHandled(this.#finish())
    else this.#end(error)
  }

  async cancel(reason?: unknown): Promise<void> {
    if (this.#source?.complete) await this.#finish()
    else this.#end('cancelled', reason)
  }

  /** Cancels the reading, and tells the server to end the answer. */
  async stop(): Promise<void> {
    if (this.#outcome === undefined && this.#isSent && this.#opener?.mayBeStored) {
      // A server that stores the answer would not end it for a lost connection.
      await within(this.open(), longestWait).catch(() => {})
    }
    const isRunning = !this.isComplete
    const target = this.#source ?? this.#opener
    await this.cancel()
    if (isRunning) await target?.stop?.()
  }

  /** Reads to the end. */
  async readAll(): Promise<Analysis> {
    do {
      while (this.#ready(whole) !== undefined);
    } while (!(await this.#wait(whole)).done)
    if (this.isCut) throw this.#failure()
    return this.#answer.toAnalysis(this.#source?.response.requestId)
  }

  #ready<T>(toItem: ToItem<T>): T | undefined {
    for (;;) {
      const event = this.#take()
      if (event === undefined) return undefined
      const item = toItem(event)
      if (item !== undefined) return item
    }
  }

  /** Takes the next event if it is already there. A failure ends the reading. */
  #take(): StreamEvent | undefined {
    if (this.#outcome !== undefined) return undefined
    try {
      // A source returns bytes only after `passThrough`, so every other reader gets an event here.
      const event = this.#source?.take() as StreamEvent | undefined
      if (event !== undefined && this.keepsAnswer) this.#answer.add(event)
      return event
    } catch (error) {
      this.#end(errorFromThrown(error, 'body'))
      return undefined
    }
  }

  async #wait<T>(toItem: ToItem<T>): Promise<IteratorResult<T, undefined>> {
    if (this.#source === undefined && this.#outcome === undefined) {
      // A failure to open ends the reading and is reported below.
      await this.#unlessEnded(this.open()).catch(() => {})
    }
    for (;;) {
      const source = this.#source
      if (this.#outcome !== undefined || source === undefined) return this.#report()
      if (source.complete) {
        await this.#finish()
        continue
      }
      try {
        // Closing the source ends a pending `fill`.
        const more = await source.fill()
        if (!more && !source.complete) {
          this.#end(source.cut ? 'cancelled' : new StreamInterruptedError())
        }
      } catch (error) {
        this.#end(errorFromThrown(error, 'body'))
      }
      const value = this.#ready(toItem)
      if (value !== undefined) return { done: false, value }
    }
  }

  /** Returns the result of some work, or undefined as soon as the reading ends. */
  #unlessEnded<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined)
      work.then(resolve, reject)
    })
  }

  /** Returns undefined if the reading has ended or cannot begin. */
  #enter(): AbortScope | undefined {
    if (this.#outcome !== undefined) return undefined
    try {
      return this.#resources.enter(this)
    } catch (error) {
      this.#end(errorFromThrown(error, 'connect'))
      return undefined
    }
  }

  async #start(): Promise<StreamSource> {
    const scope = this.#enter()
    if (scope === undefined) throw this.#failure()
    // Keep the reading alive. While the source opens, there may be no other reference to it.
    this.#handle.held = this
    this.#resources.close = undefined
    queueMicrotask(() => (this.#isSent = true))
    try {
      const source = await this.#opener!.open(scope)
      if (this.#outcome !== undefined) {
        source.close()
        throw this.#failure()
      }
      this.#source = source
      this.#opener = undefined
      this.#resources.close = source.close.bind(source)
      if (this.#passesThrough) source.passThrough?.()
      return source
    } catch (error) {
      this.#end(errorFromThrown(error, 'connect'))
      // The reading may have ended in the meantime, with another error. Throw the error that ended it.
      throw this.#failure()
    } finally {
      this.#handle.held = undefined
    }
  }

  /** Ends the reading of a complete answer, and frees its connection for the next request. */
  async #finish(): Promise<void> {
    if (this.#outcome !== undefined) return
    this.#outcome = 'complete'
    this.#resources.leave()
    await this.#source?.drain()
  }

  /** Ends an answer that is not complete. Only the first call counts. */
  #end(outcome: VecTradeError | 'cancelled', reason?: unknown): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    try {
      this.#resources.abort(outcome, reason)
    } finally {
      this.#wake?.()
      this.onEnd?.()
    }
  }

  /** Throws the failure once, in the first read after it. Every later read returns `done`. */
  #report(): IteratorReturnResult<undefined> {
    if (!(this.#outcome instanceof VecTradeError)) return { done: true, value: undefined }
    const failure = this.#failure()
    this.#outcome = 'cancelled'
    throw failure
  }

  #failure(): VecTradeError {
    const error =
      this.#outcome instanceof VecTradeError
        ? this.#outcome
        : new RequestAbortedError('The stream was cancelled')
    if (this.#source) {
      const { text, citations } = this.#answer
      const { lastEventId, response } = this.#source
      setContext(error, response.requestId, { text, citations, lastEventId })
    }
    return error
  }
}

/** Makes each event an item. */
export function whole(event: StreamEvent): StreamEvent {
  return event
}
