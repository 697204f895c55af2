/// <reference lib="esnext.disposable" preserve="true" />
import { StreamConsumedError } from '../errors/stream-consumed-error.ts'
import { hide } from '../errors/vectrade-error.ts'
import type { Analysis } from '../events/analysis.ts'
import type { EventOf, EventTypes, NoEventTypes } from '../events/own-event.ts'
import type { OtherEvent, StreamEvent } from '../events/stream-event.ts'
import type { StreamResponse } from '../http/stream-response.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import { checkOptions, type Checks, checkSignal } from '../lifetime/check-options.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { nameMethod } from '../lifetime/name-method.ts'
import { PullIterator } from '../lifetime/pull-iterator.ts'
import { checkEventTypes } from '../options/check-event-types.ts'
import { toReadableStream, toResponse } from '../relay/readable.ts'
import type { ReadableOptions } from '../relay/relay.ts'
import { forRelay, type RelayItems } from '../relay/relay-source.ts'
import { type ToItem, Reading, whole } from './reading.ts'
import type { StreamOpener, StreamSettings } from './stream-source.ts'
import { teeOpeners } from './tee.ts'

interface SourceOptions {
  signal?: Abortable | undefined
  events?: EventTypes | undefined
}

const sourceChecks: Checks<SourceOptions> = { signal: checkSignal, events: checkEventTypes }

/**
 * The events of one analysis. A stream can be used once, reads on demand, and owns its connection.
 *
 * The first use sends the request. If the stream ends in the same tick, nothing is sent. No chunk is read before
 * the caller asks for it. `break`, `throw`, `return()`, {@link cancel}, disposal and an aborted signal close the
 * connection at once. Garbage collection closes it some time after the program has dropped the stream. After
 * a complete answer, the connection is free for the next request.
 *
 * An answer that ends early throws an error. Its `partial` has what had arrived.
 *
 * Iterating throws {@link APIError}, {@link ConnectionError}, {@link TimeoutError},
 * {@link RequestAbortedError}, {@link StreamInterruptedError}, {@link StreamResumeError},
 * {@link StreamProtocolError} or {@link ConfigurationError}. A second use throws {@link StreamConsumedError}.
 *
 * @example
 * ```ts
 * import { fromResponse } from '@vectrade/core'
 *
 * const response = new Response('data: {"type":"text","content":"Hi"}\n\ndata: [DONE]\n\n', {
 *   headers: { 'content-type': 'text/event-stream' },
 * })
 * for await (const event of fromResponse(response)) console.log(event.content) // 'Hi'
 * ```
 */
export class AnalysisStream<Event extends StreamEvent | OtherEvent = StreamEvent>
  implements AsyncIterable<Event>, AsyncDisposable
{
  readonly #reading: Reading
  readonly #settings: StreamSettings
  #response: Promise<StreamResponse> | undefined
  #isUsed = false

  /** @internal */
  constructor(opener: StreamOpener, settings: StreamSettings = {}) {
    this.#reading = new Reading(opener, settings)
    this.#settings = settings
    nameMethod<AnalysisStream<Event>>(this, 'asyncDispose', (stream) => stream.cancel())
    nameMethod<AnalysisStream<Event>>(this, 'asyncIterator', (stream) => stream.#events())
    // Defined here, because bundlers cannot drop a class that has a method with a computed name.
    if (!(forRelay in this)) {
      hide(
        AnalysisStream.prototype,
        forRelay,
        function (this: AnalysisStream<Event>, passThrough: boolean) {
          return this.#forRelay(passThrough)
        },
      )
    }
  }

  /**
   * Makes a stream of events that your program supplies, such as those of a model. Nothing is read before the first
   * use, and then one event at a time. The stream ends with `done`, which is added if the events end without it. If
   * the stream ends early, it also ends the iterator of the events.
   *
   * Reading throws what the events throw. An error that is not from this SDK becomes the `cause` of a
   * {@link ServerError}. Reading throws a {@link StreamProtocolError} if something is no event, and a
   * {@link ConfigurationError} if `events` cannot be iterated.
   *
   * @param options.signal aborting it ends the stream
   * @param options.events event types of your own, as in {@link VecTradeOptions}
   * @throws ConfigurationError on a wrong option
   * @example
   * ```ts
   * import { AnalysisStream } from '@vectrade/core'
   *
   * async function* events() {
   *   yield { type: 'text' as const, content: 'Hello' }
   * }
   * await AnalysisStream.from(events()).finalText() // 'Hello'
   * ```
   */
  static from<const Types extends EventTypes = NoEventTypes>(
    events: AsyncIterable<EventOf<NoInfer<Types>>> | Iterable<EventOf<NoInfer<Types>>>,
    options: { signal?: Abortable | undefined; events?: Types | undefined } = {},
  ): AnalysisStream<EventOf<NoInfer<Types>>> {
    checkOptions<SourceOptions>(options, sourceChecks)
    const open: StreamOpener['open'] = async (signal) => {
      const { openIterable } = await import('./iterable-source.ts')
      return openIterable(() => events, options, signal)
    }
    return new AnalysisStream({ open }, options)
  }

  /**
   * The status, headers, request id and rate limits of the response. Asking for it sends the request. The
   * promise rejects with the errors of iterating.
   */
  get response(): Promise<StreamResponse> {
    return (this.#response ??= markHandled(this.#reading.open().then(({ response }) => response)))
  }

  /**
   * The id to pass to `client.ai.resume()`, in this program or another. Known once `response` is. Undefined
   * if the server does not store streams.
   */
  get id(): string | undefined {
    return this.#reading.source?.id ?? this.#settings.id
  }

  /** The id of the last event that was read. `resume()` continues after it. Empty before the first event. */
  get lastEventId(): string {
    return this.#reading.source?.lastEventId ?? this.#settings.lastEventId ?? ''
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Event, undefined, undefined> {
    return this.#events()
  }

  /** The answer's text, piece by piece as it arrives. No piece is empty. Uses the stream. */
  get textStream(): AsyncIterable<string> {
    const iterate = (): PullIterator<string> => this.#iterate((event) => event.content || undefined)
    const pieces = { [Symbol.asyncIterator]: iterate }
    nameMethod(pieces, 'asyncIterator', iterate)
    return pieces
  }

  /**
   * Reads to the end and returns the text. Uses the stream.
   *
   * @throws the errors of iterating, and RequestAbortedError if the stream is cancelled in the meantime
   */
  finalText(): Promise<string> {
    return markHandled(this.finalAnalysis().then(({ text }) => text))
  }

  /**
   * Reads to the end and returns the whole answer. Uses the stream.
   *
   * @throws the errors of iterating, and RequestAbortedError if the stream is cancelled in the meantime
   */
  finalAnalysis(): Promise<Analysis> {
    return markHandled(this.#readAll())
  }

  /**
   * Splits the stream into two. Each can be used once and ends on its own. The slower one sets the pace,
   * because neither is ever more than one event ahead. So read both at the same time.
   *
   * @throws StreamConsumedError
   */
  tee(): [AnalysisStream<Event>, AnalysisStream<Event>] {
    this.#use()
    const [first, second] = teeOpeners(this.#reading, this)
    const { id, lastEventId } = this
    const settings = { id, lastEventId }
    return [new AnalysisStream(first, settings), new AnalysisStream(second, settings)]
  }

  /** Ends the stream without an error. A pending read finds the end. Before the first use, nothing is sent. */
  cancel(reason?: unknown): Promise<void> {
    return this.#reading.cancel(reason)
  }

  /**
   * Ends the stream like {@link cancel}, and also ends the answer on a server that stores streams. After `cancel`, such
   * an answer continues without its reader. On other servers, `stop` and `cancel` do the same. If the response of an
   * endpoint has not come yet, `stop` first waits for it, up to 500 ms, because the response has the id of the stream.
   *
   * @throws APIError, ConnectionError or TimeoutError if the server could not be told
   */
  stop(): Promise<void> {
    return this.#reading.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel()
  }

  /** Returns the stream as bytes of Server-Sent Events: see {@link toReadableStream}. @throws StreamConsumedError */
  toReadableStream(options?: ReadableOptions): ReadableStream<Uint8Array> {
    return toReadableStream(this, options)
  }

  /** Returns a response with Server-Sent Events: see {@link toResponse}. @throws StreamConsumedError */
  toResponse(init?: ResponseInit & ReadableOptions): Response {
    return toResponse(this, init)
  }

  #use(): void {
    if (this.#isUsed) throw new StreamConsumedError()
    this.#isUsed = true
  }

  #events(): PullIterator<Event> {
    // The source yields only events that its opener was told of.
    return this.#iterate(whole as ToItem<StreamEvent | OtherEvent> as ToItem<Event>)
  }

  #iterate<T>(toItem: ToItem<T>): PullIterator<T> {
    this.#use()
    return new PullIterator(this.#reading.pull(toItem))
  }

  async #readAll(): Promise<Analysis> {
    this.#use()
    return this.#reading.readAll()
  }

  #forRelay(passThrough: boolean): RelayItems<StreamEvent | Uint8Array> {
    const items = this.#iterate<StreamEvent | Uint8Array>(whole)
    const reading = this.#reading
    reading.keepsAnswer = false
    if (passThrough) reading.passThrough()
    return { items, isCut: () => reading.isCut }
  }
}
