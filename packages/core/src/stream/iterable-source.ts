import { ServerError } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import type { EventTypes } from '../events/own-event.ts'
import { OwnEventReader } from './own-event-reader.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import { type StreamResponse, streamResponseOf } from '../http/stream-response.ts'
import { type Abortable, whenAborted } from '../lifetime/abort-source.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { within } from '../lifetime/timers.ts'
import { forRelay } from '../relay/relay-source.ts'
import { eventFromSource } from './event-from-source.ts'
import type { StreamSource } from './stream-source.ts'

/** Begins an answer. The signal is aborted if no one reads the answer any more. */
export type BeginAnswer = (signal: AbortSignal) => unknown

/** How to read the events that a program supplies. */
export interface IterableOptions {
  /** The event types of the program. */
  events?: EventTypes | undefined
  /** Called with mistakes in the program: errors that are not of this SDK, and values that are not events. */
  onFault?: ((error: unknown) => void) | undefined
}

/** How long to wait for the end of a source after its `done` event, in ms. */
const longestEnd = 100

/**
 * Opens the events that a program supplies. Resolves when the first event is there, so that a failure before it is a
 * failure to open. For a stream of this SDK, resolves when its response is there.
 */
export async function openIterable(
  begin: BeginAnswer,
  options: IterableOptions,
  signal: Abortable,
): Promise<StreamSource> {
  const source = new IterableSource(options)
  const unlink = whenAborted(signal, () => source.close(signal.reason))
  try {
    await source.open(begin)
    return source
  } finally {
    unlink()
  }
}

/** The part of an AnalysisStream that is used here. That class loads this module. */
interface HasResponse {
  readonly response: Promise<StreamResponse>
}

/** Reads the events that a program supplies, one at a time and only on demand. Adds `done` if it is missing. */
class IterableSource implements StreamSource {
  response: StreamResponse = streamResponseOf({ status: 200, headers: new Headers() })
  readonly lastEventId = ''
  readonly cut = false
  readonly #ownEvents: OwnEventReader
  readonly #onFault: IterableOptions['onFault']
  readonly #controller = new AbortController()
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined
  /** Whether the events are a stream of this SDK. It has a response, and reaches its end only if it is complete. */
  #isStream = false
  /** The next event, if it was read. */
  #event: StreamEvent | undefined
  #complete = false
  /** Whether the iterator has ended. */
  #isOver = false
  #isOpen = false
  #isClosed = false
  /** Ends the wait for the next event. */
  #stopWaiting: (() => void) | undefined

  constructor({ events = {}, onFault }: IterableOptions) {
    this.#ownEvents = new OwnEventReader(events)
    this.#onFault = onFault
  }

  get complete(): boolean {
    return this.#complete
  }

  async open(begin: BeginAnswer): Promise<void> {
    try {
      const events = await begin(this.#controller.signal)
      this.#iterator = iteratorOf(events)
      this.#isStream = forRelay in (events as object)
      if (this.#isStream) this.response = await (events as HasResponse).response
    } catch (error) {
      throw this.#failure(error)
    }
    // It may have been closed before there was an iterator.
    if (this.#isClosed) this.#leave()
    else if (!this.#isStream) await this.#read()
    this.#isOpen = true
  }

  take(): StreamEvent | undefined {
    const event = this.#event
    this.#event = undefined
    if (event?.type === 'done') this.#complete = true
    return event
  }

  fill(): Promise<boolean> {
    if (this.#event !== undefined) return Promise.resolve(true)
    if (this.#isClosed) return Promise.resolve(false)
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(false)
      this.#read().then(resolve, reject)
    })
  }

  close(reason?: unknown): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#event = undefined
    this.#stopWaiting?.()
    if (this.#isOver) return
    this.#controller.abort(reason)
    this.#leave()
  }

  /** Lets a generator run to its end. */
  async drain(): Promise<void> {
    try {
      if (this.#isOver || this.#isClosed) return
      const result = await within(Promise.resolve(this.#iterator?.next()), longestEnd)
      this.#isOver = result?.done ?? false
    } catch (error) {
      this.#isOver = true
      // The answer is complete, so its readers need not know.
      this.#onFault?.(error)
    } finally {
      this.close()
    }
  }

  /** Reads the next event. Returns whether there is one. */
  async #read(): Promise<boolean> {
    let result
    try {
      result = await this.#iterator?.next()
    } catch (error) {
      this.#isOver = true
      throw this.#failure(error)
    }
    if (this.#isClosed) return false
    this.#isOver = result?.done ?? true
    if (this.#isOver && this.#isStream) {
      this.#complete = true
      return false
    }
    this.#event = this.#isOver ? { type: 'done', content: '' } : this.#check(result?.value)
    return true
  }

  #check(value: unknown): StreamEvent {
    try {
      return eventFromSource(value, this.#ownEvents)
    } catch (error) {
      this.#tell(error)
      throw error
    }
  }

  /** Returns the error for what the program has thrown. One of this SDK is passed on as it is. */
  #failure(error: unknown): VecTradeError {
    const isTyped = VecTradeError.isInstance(error)
    // After an abort, a source may fail in any way.
    if (!this.#isClosed && (!isTyped || error instanceof ConfigurationError)) this.#tell(error)
    if (isTyped) return error
    const message = 'The source of the answer has failed'
    return new ServerError({ message, cause: error })
  }

  /** Tells the program about its mistake. Until the answer is open, an endpoint reports a wrong configuration itself. */
  #tell(error: unknown): void {
    if (this.#isOpen || !(error instanceof ConfigurationError)) this.#onFault?.(error)
  }

  /** Tells the iterator to end. That is not awaited, because a generator ends only after its pending step. */
  #leave(): void {
    this.#isOver = true
    void markHandled((async () => this.#iterator?.return?.())())
  }
}

function iteratorOf(events: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  const iterable = events as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined
  const iterator =
    iterable?.[Symbol.asyncIterator]?.() ??
    (typeof iterable === 'object' ? iterable?.[Symbol.iterator]?.() : undefined)
  if (iterator === undefined) {
    throw new ConfigurationError('The source of an answer must be an async iterable of events')
  }
  return iterator
}
