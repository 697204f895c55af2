import { ServerError } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import { streamResponseOf } from '../http/stream-response.ts'
import { whenAborted } from '../lifetime/abort-source.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { within } from '../lifetime/timers.ts'
import { eventFromSource } from './event-from-source.ts'
import type { StreamOpener, StreamSource } from './stream-source.ts'

/** The events of an answer, as a program supplies them. */
export type Events = AsyncIterable<StreamEvent> | Iterable<StreamEvent>

/** Begins an answer. The signal is aborted if no one reads the answer any more. */
export type BeginAnswer = (signal: AbortSignal) => Events | Promise<Events>

/** How long what a source does after its `done` event is waited for, in ms. */
const longestEnd = 100

/**
 * Returns the opener of a stream whose events a program supplies. The stream opens with the first event, so that a
 * failure before it is a failure to open.
 *
 * @param onFault called with what is a mistake in the program: an error that is none of ours, or something that is no event
 */
export function openerOf(begin: BeginAnswer, onFault?: (error: unknown) => void): StreamOpener {
  return {
    async open(signal) {
      const source = new IterableSource(onFault)
      const unlink = whenAborted(signal, () => source.close(signal.reason))
      try {
        await source.open(begin)
        return source
      } finally {
        unlink()
      }
    },
  }
}

/** Reads the events that a program supplies, one at a time and only on demand. Adds `done` if it is missing. */
class IterableSource implements StreamSource {
  readonly response = streamResponseOf({ status: 200, headers: new Headers() })
  readonly lastEventId = ''
  readonly cut = false
  readonly #onFault: ((error: unknown) => void) | undefined
  readonly #controller = new AbortController()
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined
  /** The next event, if it was read. */
  #event: StreamEvent | undefined
  #complete = false
  /** Whether the iterator has ended. */
  #isOver = false
  #isClosed = false
  /** Ends the wait for the next event. */
  #stopWaiting: (() => void) | undefined

  constructor(onFault: ((error: unknown) => void) | undefined) {
    this.#onFault = onFault
  }

  get complete(): boolean {
    return this.#complete
  }

  async open(begin: BeginAnswer): Promise<void> {
    try {
      this.#iterator = iteratorOf(await begin(this.#controller.signal))
    } catch (error) {
      throw this.#failure(error)
    }
    // It may have been closed before there was an iterator.
    if (this.#isClosed) this.#leave()
    else await this.#read()
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
    this.#event = this.#isOver ? { type: 'done', content: '' } : this.#check(result?.value)
    return true
  }

  #check(value: unknown): StreamEvent {
    try {
      return eventFromSource(value)
    } catch (error) {
      this.#onFault?.(error)
      throw error
    }
  }

  /** Returns the error for what the program has thrown. One of this SDK is passed on as it is. */
  #failure(error: unknown): VecTradeError {
    if (VecTradeError.isInstance(error)) return error
    // After an abort, a source may fail in any way.
    if (!this.#isClosed) this.#onFault?.(error)
    const message = 'The source of the answer has failed'
    return new ServerError({ message, type: 'server_error', retryable: true, cause: error })
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
