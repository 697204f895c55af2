/// <reference lib="esnext.disposable" preserve="true" />
import type { AbortScope } from '../lifetime/abort-scope.ts'
import { type Analysis, AnalysisSoFar } from '../events/analysis.ts'
import { StreamInterruptedError } from '../errors/connection-error.ts'
import { RequestAbortedError, StreamConsumedError } from '../errors/stream-error.ts'
import { connectionError } from '../errors/from-thrown.ts'
import { hide, setContext, VecTradeError } from '../errors/vectrade-error.ts'
import { WeakHandle } from '../lifetime/finalization.ts'
import type { StreamSource, StreamOpener, StreamSettings } from './stream-source.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { nameMethod } from '../lifetime/name-method.ts'
import { PullIterator } from '../lifetime/pull-iterator.ts'
import type { StreamResponse } from '../http/response.ts'
import { StreamResources } from './stream-resources.ts'
import { teeOrigins } from './tee.ts'
import { toReadableStream, toResponse } from '../relay/readable.ts'
import type { ReadableOptions } from '../relay/relay.ts'
import { forRelay, type Relayed } from '../relay/relay-source.ts'

/**
 * The events of one analysis: single use, pull-based, and the one owner of its connection.
 *
 * Nothing is sent before the first use, nor for one that ends in the same tick. Reading is on demand: no chunk is read before the caller
 * asks. `break`, `throw`, `return()`, `cancel()`, disposal and an aborted signal close the connection
 * at once, and garbage collection some time after the stream was dropped; a complete answer frees it for
 * the next request.
 * An answer that ends early throws, with what had arrived in the error's `partial`.
 *
 * Iterating throws {@link APIError}, {@link ConnectionError}, {@link TimeoutError},
 * {@link RequestAbortedError}, {@link StreamInterruptedError} or {@link StreamProtocolError};
 * a second use throws {@link StreamConsumedError}.
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
export class AnalysisStream implements AsyncIterable<StreamEvent>, AsyncDisposable {
  /** Until it is open: from then on nothing keeps the request, prompt and all. */
  #origin: StreamOpener | undefined
  readonly #settings: StreamSettings
  readonly #handle: WeakHandle<AnalysisStream> = new WeakHandle<AnalysisStream>(this)
  readonly #resources: StreamResources
  readonly #answer = new AnalysisSoFar()
  #used = false
  /** Whether someone may ask for the whole answer, or for its beginning after a failure. */
  #keepsAnswer = true
  /** Whether events may be taken as the bytes of their messages. */
  #passesBytes = false
  #opening: Promise<StreamSource> | undefined
  #source: StreamSource | undefined
  #response: Promise<StreamResponse> | undefined
  /** How the stream ended; undefined while it has not. */
  #outcome: 'complete' | 'cancelled' | VecTradeError | undefined
  /** Wakes the read that waits for the stream to open, when it ends before. */
  #wake: (() => void) | undefined
  /** Tells the branches of a tee of an end they have not read. */
  #onEnd: (() => void) | undefined
  /** The read that came last, of those that are waiting. */
  #lastRead: Promise<unknown> | undefined
  #waiting = 0

  /** Not for users: streams come from a client, `fromResponse`, `fromReadableStream` or `tee`. */
  constructor(origin: StreamOpener, settings: StreamSettings = {}) {
    this.#origin = origin
    this.#settings = settings
    const onAbort = this.#handle.bind<[VecTradeError]>((stream, error) => stream.#end(error))
    this.#resources = new StreamResources(settings, onAbort)
    nameMethod<AnalysisStream>(this, 'asyncDispose', (stream) => stream.cancel())
    nameMethod<AnalysisStream>(this, 'asyncIterator', (stream) => stream.#iterate(whole))
    // Defined here, because bundlers cannot drop a class that has a method with a computed name.
    if (!(forRelay in this)) {
      hide(AnalysisStream.prototype, forRelay, function (this: AnalysisStream, asBytes: boolean) {
        return this.#relayed(asBytes)
      })
    }
    if (origin.discard) {
      // It holds a connection already, and is to let go of it even if nobody reads.
      this.#resources.close = origin.discard
      this.#enter()
    }
  }

  /**
   * The response's status, headers, request id and rate limits, once its headers are in. Asking
   * for it sends the request; it rejects as reading the stream would.
   */
  get response(): Promise<StreamResponse> {
    return (this.#response ??= markHandled(this.#open().then((source) => source.response)))
  }

  /**
   * By which `client.ai.resume()` takes the stream up again, in another page or program as well; known
   * once `response` is. Undefined where the server does not keep streams.
   */
  get id(): string | undefined {
    return this.#source?.id ?? this.#settings.id
  }

  /** Of the last event that was read: what `resume()` goes on behind. Empty before there is one. */
  get lastEventId(): string {
    return this.#source?.lastEventId ?? this.#settings.lastEventId ?? ''
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<StreamEvent, undefined, undefined> {
    return this.#iterate(whole)
  }

  /** The answer's text, piece by piece as it arrives; never an empty piece. Uses the stream. */
  get textStream(): AsyncIterable<string> {
    const iterate = (): PullIterator<string> => this.#iterate((event) => event.content || undefined)
    const pieces = { [Symbol.asyncIterator]: iterate }
    nameMethod(pieces, 'asyncIterator', iterate)
    return pieces
  }

  /** Reads to the end. @throws as iterating does, and RequestAbortedError if cancelled meanwhile. */
  finalText(): Promise<string> {
    return markHandled(this.finalAnalysis().then(({ text }) => text))
  }

  /** Reads to the end. @throws as iterating does, and RequestAbortedError if cancelled meanwhile. */
  finalAnalysis(): Promise<Analysis> {
    return markHandled(this.#readAll())
  }

  /**
   * Splits the stream in two, each used once and ended on its own. The slower one sets the pace:
   * neither is ever more than one event ahead, so read them at the same time.
   *
   * @throws StreamConsumedError
   */
  tee(): [AnalysisStream, AnalysisStream] {
    this.#use()
    const [left, right] = teeOrigins({
      next: async () => this.#ready(whole) ?? (await this.#wait(whole)).value,
      cancel: () => void this.cancel(),
      response: () => this.response,
      lastEventId: () => this.#source?.lastEventId ?? '',
      complete: () => this.#outcome === 'complete' || (this.#source?.complete ?? false),
      cut: () => this.#isCut,
      id: () => this.id,
      stop: () => this.stop(),
      onEnd: (listener) => (this.#onEnd = listener),
    })
    return [new AnalysisStream(left), new AnalysisStream(right)]
  }

  /** Ends the stream, quietly: a pending read finds it at its end. Before first use, nothing is sent. */
  async cancel(reason?: unknown): Promise<void> {
    if (this.#source?.complete) await this.#finish()
    else this.#end('cancelled', reason)
  }

  /**
   * Ends the stream as {@link cancel} does, and the answer as well: where the server keeps streams, it
   * would go on without its reader. Elsewhere the two are the same.
   *
   * @throws APIError or ConnectionError where the server could not be told
   */
  async stop(): Promise<void> {
    const isRunning = this.#outcome !== 'complete' && !this.#source?.complete
    const target = this.#source ?? this.#origin
    await this.cancel()
    if (isRunning) await target?.stop?.()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel()
  }

  /** As Server-Sent Events, in bytes: see {@link toReadableStream}. @throws StreamConsumedError */
  toReadableStream(options?: ReadableOptions): ReadableStream<Uint8Array> {
    return toReadableStream(this, options)
  }

  /** As a response with Server-Sent Events: see {@link toResponse}. @throws StreamConsumedError */
  toResponse(init?: ResponseInit & ReadableOptions): Response {
    return toResponse(this, init)
  }

  #relayed(asBytes: boolean): Relayed<StreamEvent | Uint8Array> {
    const items = this.#iterate<StreamEvent | Uint8Array>(whole)
    this.#keepsAnswer = false
    this.#passesBytes = asBytes
    if (asBytes) this.#source?.passThrough?.()
    return { items, isCut: () => this.#isCut }
  }

  /** Whether the stream has ended before its answer was complete. */
  get #isCut(): boolean {
    return this.#outcome !== undefined && this.#outcome !== 'complete'
  }

  async #readAll(): Promise<Analysis> {
    this.#use()
    do {
      while (this.#ready(whole) !== undefined);
    } while (!(await this.#wait(whole)).done)
    if (this.#isCut) throw this.#failure()
    return this.#answer.toAnalysis(this.#source?.response.requestId)
  }

  #use(): void {
    if (this.#used) throw new StreamConsumedError()
    this.#used = true
  }

  #iterate<T>(pick: Pick<T>): PullIterator<T> {
    this.#use()
    const pull = { ready: () => this.#ready(pick), wait: () => this.#wait(pick) }
    return new PullIterator(pull, () => this.cancel())
  }

  /** What `pick` makes of the next event that is there already; not before those who wait have theirs. */
  #ready<T>(pick: Pick<T>): T | undefined {
    return this.#waiting === 0 ? this.#pick(pick) : undefined
  }

  #pick<T>(pick: Pick<T>): T | undefined {
    for (;;) {
      const event = this.#take()
      if (event === undefined) return undefined
      const value = pick(event)
      if (value !== undefined) return value
      this.#resources.watchdog.event()
    }
  }

  /** The next event or the end, once it comes; concurrent calls are served in order. */
  #wait<T>(pick: Pick<T>): Promise<IteratorResult<T, undefined>> {
    const read = this.#read(pick, this.#lastRead)
    this.#lastRead = read
    return this.#outcome === undefined ? read : markHandled(read)
  }

  /** The next event if it is there already. A failure to read it ends the stream. */
  #take(): StreamEvent | undefined {
    if (this.#outcome !== undefined) return undefined
    try {
      // Bytes come to nobody who has not asked for them.
      const event = this.#source?.take() as StreamEvent | undefined
      if (event !== undefined && this.#keepsAnswer) this.#answer.add(event)
      return event
    } catch (error) {
      this.#end(connectionError(error, 'body'))
      return undefined
    }
  }

  async #read<T>(
    pick: Pick<T>,
    before: Promise<unknown> | undefined,
  ): Promise<IteratorResult<T, undefined>> {
    this.#waiting += 1
    // Nobody waits who has not asked `#ready` first, which looks if nobody else waits.
    let isTried = before === undefined && this.#source !== undefined
    try {
      // How that ended is for whoever asked for it.
      if (before !== undefined) await before.catch(() => {})
      if (this.#source === undefined && this.#outcome === undefined) {
        // A failure to open has ended the stream and is reported below.
        await this.#unlessEnded(this.#open()).catch(() => {})
      }
      for (let isWaiting = false; ; isWaiting = true) {
        const value = isTried ? undefined : this.#pick(pick)
        isTried = false
        if (value !== undefined) {
          this.#resources.watchdog.pause()
          return { done: false, value }
        }
        const source = this.#source
        if (this.#outcome !== undefined || source === undefined) return this.#report()
        if (source.complete) {
          await this.#finish()
          continue
        }
        // Whatever came since the wait began were bytes and no event.
        if (!source.watched) {
          if (isWaiting) this.#resources.watchdog.bytes()
          else this.#resources.watchdog.wait()
        }
        try {
          // Ended meanwhile, it is at its end as well: closing a source ends what it is filling.
          const more = await source.fill()
          if (!more && !source.complete) {
            this.#end(source.cut ? 'cancelled' : new StreamInterruptedError())
          }
        } catch (error) {
          this.#end(connectionError(error, 'body'))
        }
      }
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0) this.#lastRead = undefined
    }
  }

  /** The result of some work, or undefined as soon as the stream has ended. */
  #unlessEnded<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined)
      work.then(resolve, reject)
    })
  }

  #open(): Promise<StreamSource> {
    return (this.#opening ??= this.#start())
  }

  /** Undefined if the stream is at its end, or cannot begin. */
  #enter(): AbortScope | undefined {
    if (this.#outcome !== undefined) return undefined
    try {
      return this.#resources.enter(this)
    } catch (error) {
      this.#end(connectionError(error, 'connect'))
      return undefined
    }
  }

  async #start(): Promise<StreamSource> {
    const scope = this.#enter()
    if (scope === undefined) throw this.#failure()
    // Whoever waits for it may have nothing else that does; an open source is kept by what ends it.
    this.#handle.held = this
    this.#resources.close = undefined
    try {
      const source = await this.#origin!.open(scope)
      if (this.#outcome !== undefined) {
        source.close()
        throw this.#failure()
      }
      this.#source = source
      this.#origin = undefined
      this.#resources.close = source.close.bind(source)
      if (this.#passesBytes) source.passThrough?.()
      return source
    } catch (error) {
      this.#end(connectionError(error, 'connect'))
      // Ended before, it failed as it then ended, whatever the request says of being aborted.
      throw this.#failure()
    } finally {
      this.#handle.held = undefined
    }
  }

  /** The answer is complete: its connection is let go, not closed. */
  async #finish(): Promise<void> {
    if (this.#outcome !== undefined) return
    this.#outcome = 'complete'
    this.#resources.leave()
    await this.#source?.drain()
  }

  /** The one way out for an answer that is not complete; what comes after it changes nothing. */
  #end(outcome: VecTradeError | 'cancelled', reason?: unknown): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    // Only now, as it takes a promise. The reads before the last one are handled by the next of them.
    if (this.#lastRead) void markHandled(this.#lastRead)
    this.#resources.abort(reason, outcome === 'cancelled' ? undefined : outcome)
    this.#wake?.()
    this.#onEnd?.()
  }

  /** Throws how the stream failed, to the first read that asks; all others find the end. */
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

/** What a reader makes of an event; undefined leaves it out. */
type Pick<T> = (event: StreamEvent) => T | undefined

function whole(event: StreamEvent): StreamEvent {
  return event
}
