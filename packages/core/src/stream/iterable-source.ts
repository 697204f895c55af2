import { APIError } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { StreamInterruptedError } from '../errors/connection-error.ts'
import { RequestAbortedError } from '../errors/request-aborted-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { isRecord } from '../events/json.ts'
import type { EventTypes } from '../events/own-event.ts'
import { OwnEventReader } from './own-event-reader.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import { type StreamResponse, streamResponseOf } from '../http/stream-response.ts'
import { type Abortable, whenAborted } from '../lifetime/abort-source.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { within } from '../lifetime/timers.ts'
import { forRelay, type RelaySource } from '../relay/relay-source.ts'
import { eventFromSource } from './event-from-source.ts'
import { failureForReaders } from './failure-for-readers.ts'
import type { StreamSource } from './stream-source.ts'
import { Watchdog } from './watchdog.ts'

/** Begins an answer. The signal is aborted if no one reads the answer any more. */
export type BeginAnswer = (signal: AbortSignal) => unknown

/** How to read the events that a program supplies. */
export interface IterableOptions {
  /** The event types of the program. */
  events?: EventTypes | undefined
  /** ms without an event while one is awaited. 0 is no limit. Default 0. */
  idleTimeout?: number | undefined
  /**
   * Called with each failure, except an {@link APIError} and a {@link RequestAbortedError}. The readers then get a
   * general error without details. Only endpoints pass this function.
   */
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
  } catch (error) {
    source.close(error)
    throw error
  } finally {
    unlink()
  }
}

/** The parts of an AnalysisStream that are used here. That class loads this module. */
interface SourceStream extends RelaySource<unknown> {
  readonly response: Promise<StreamResponse>
  readonly lastEventId: string
}

/** Reads the events that a program supplies, one at a time and only on demand. Adds `done` if it is missing. */
class IterableSource implements StreamSource {
  response: StreamResponse = streamResponseOf({ status: 200, headers: new Headers() })
  readonly cut = false
  readonly #options: IterableOptions
  readonly #watchdog: Watchdog
  readonly #controller = new AbortController()
  #ownEvents: OwnEventReader | undefined
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined
  /** The source, if it is a stream of this SDK. It has a response, and its end has no `done` of its own. */
  #stream: SourceStream | undefined
  /** Whether the stream has ended before its answer was complete. */
  #isCut: (() => boolean) | undefined
  /** The next event, if it was read. */
  #event: StreamEvent | undefined
  #complete = false
  /** Whether the iterator has ended. */
  #isOver = false
  #isClosed = false
  /** Ends the wait for the source. Without an error, there is just no event. */
  #stopWaiting: ((error?: VecTradeError) => void) | undefined

  constructor(options: IterableOptions) {
    this.#options = options
    const limits = { idleTimeout: options.idleTimeout ?? 0, heartbeatTimeout: 0 }
    this.#watchdog = new Watchdog(limits, (error) => this.#onTimeout(error))
  }

  get complete(): boolean {
    return this.#complete
  }

  get lastEventId(): string {
    return this.#stream?.lastEventId ?? ''
  }

  async open(begin: BeginAnswer): Promise<void> {
    await this.#wait(async () => {
      this.#ownEvents = new OwnEventReader(this.#options.events ?? {})
      const events = await begin(this.#controller.signal)
      if (isStream(events)) {
        this.#stream = events
        const { items, isCut } = events[forRelay](false)
        this.#isCut = isCut
        this.#iterator = items[Symbol.asyncIterator]()
        // Asking for the response sends the request. The reader may have left.
        if (!this.#isClosed) this.response = await events.response
      } else this.#iterator = iteratorOf(events)
      // It may have been closed before there was an iterator.
      if (this.#isClosed) this.#leave()
      else if (!this.#stream) await this.#read()
      return true
    })
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
    return this.#wait(() => this.#read())
  }

  close(reason?: unknown): void {
    this.#watchdog.stop()
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
      this.#options.onFault?.(error)
    } finally {
      this.close()
    }
  }

  /** Waits for the source until it is closed, or has been silent for too long. */
  #wait(work: () => Promise<boolean>): Promise<boolean> {
    this.#watchdog.begin()
    return new Promise((resolve, reject) => {
      this.#stopWaiting = (error) => (error === undefined ? resolve(false) : reject(error))
      work().then(
        (more) => {
          this.#watchdog.onEvent()
          resolve(more)
        },
        (error: unknown) => reject(this.#failure(error)),
      )
    })
  }

  #onTimeout(error: VecTradeError): void {
    this.#stopWaiting?.(this.#failure(error))
    this.close(error)
  }

  /** Reads the next event. Returns whether there is one. */
  async #read(): Promise<boolean> {
    let result: unknown
    try {
      result = await this.#iterator?.next()
    } catch (error) {
      this.#isOver = true
      throw error
    }
    if (this.#isClosed) return false
    if (!isRecord(result)) {
      throw new ConfigurationError(
        'The iterator of a source must return objects such as { value: event, done: false }',
      )
    }
    // As in a loop over the iterator, a missing `done` means that it goes on.
    if (!result['done']) {
      this.#event = eventFromSource(result['value'], this.#ownEvents!)
      return true
    }
    this.#isOver = true
    if (this.#isCut?.()) throw new StreamInterruptedError()
    if (this.#stream) this.#complete = true
    else this.#event = { type: 'done', content: '' }
    return !this.#complete
  }

  /** Returns the error for a failure of the source, and tells the program about it. */
  #failure(error: unknown): VecTradeError {
    const { onFault } = this.#options
    const isTyped = VecTradeError.isInstance(error)
    if (isTyped && (error instanceof APIError || error instanceof RequestAbortedError)) {
      return withoutPartial(error)
    }
    // After it was told to end, a source may fail in any way.
    if (!this.#isClosed) onFault?.(error)
    return isTyped && !onFault ? withoutPartial(error) : failureForReaders(error)
  }

  /** Tells the iterator to end. That is not awaited, because a generator ends only after its pending step. */
  #leave(): void {
    this.#isOver = true
    void markHandled((async () => this.#iterator?.return?.())())
  }
}

/**
 * Removes `partial`, which the reader of the source sets again. A program may throw one error in several answers. None
 * of them may begin with the text of another one.
 */
function withoutPartial(error: VecTradeError): VecTradeError {
  Reflect.deleteProperty(error, 'partial')
  return error
}

function isStream(events: unknown): events is SourceStream {
  return isRecord(events) && forRelay in events
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
