import {
  type AI,
  type AnalysisRequest,
  type AnalysisStream,
  APIError,
  AuthenticationError,
  type EventOf,
  type EventTypes,
  type NoEventTypes,
  type OtherEvent,
  RequestAbortedError,
  type StreamEvent,
  type VecTrade,
  type VecTradeError,
} from '@vectrade/core'
import {
  checkClient,
  checkFunction,
  checkOptions,
  type Checks,
  checkString,
  checkThat,
  endpointOf,
  hasMethods,
} from '@vectrade/core/adapter'
import type { AnalysisSnapshot, AnalysisStatus } from './analysis-snapshot.ts'
import { AnswerNote, type AnalysisStorage } from './answer-note.ts'
import { AnswerSoFar } from './answer-so-far.ts'
import { callListener, Publisher } from './publisher.ts'

/** Options of {@link createAnalysis}. */
export interface AnalysisStoreOptions<Event extends StreamEvent | OtherEvent = StreamEvent> {
  /**
   * Where to note the answer that is being read, with its question, so that `resume()` finds it after a reload. `false`
   * notes nothing. Default: `sessionStorage`, which each tab has for itself.
   */
  storage?: AnalysisStorage | false | undefined
  /**
   * The name of the note. Stores of one endpoint that are used at the same time need different names. Default:
   * `vectrade.analysis` and the URL of the endpoint.
   */
  key?: string | undefined
  /**
   * Called with each event as it arrives, such as those of your own types. It does not wait for a frame. An error that
   * it throws is uncaught, as in an event listener.
   */
  onEvent?: ((event: Event) => void) | undefined
}

/**
 * A question and its answer, for a page to show.
 *
 * The functions need no `this`, so they can be passed on. None of them throws or rejects: `error` has the failures.
 */
export interface AnalysisStore {
  /** Calls a function after each change. Returns a function that ends the calls. */
  readonly subscribe: (listener: () => void) => () => void
  /** Returns the question and the answer so far. It is the same object until something has changed. */
  readonly getSnapshot: () => AnalysisSnapshot
  /**
   * Asks a question. If an answer is being written, that ends first, as by {@link stop}. Resolves when the answer has
   * ended in any way.
   */
  readonly ask: (request: string | AnalysisRequest) => Promise<void>
  /**
   * Ends the answer, also on a server that stores streams. The text so far stays. Resolves when the server was told, or
   * could not be told.
   */
  readonly stop: () => Promise<void>
  /** Asks the same question again. Resolves as {@link ask} does. Without a question, it does nothing. */
  readonly retry: () => Promise<void>
  /**
   * Continues the answer that was being read before a reload or a lost connection, if the server stores streams. No
   * text comes twice. Resolves as {@link ask} does. If there is no such answer, it does nothing.
   */
  readonly resume: () => Promise<void>
  /** Ends the reading. No listener is called any more. A stored answer continues, and another store can resume it. */
  readonly dispose: () => void
}

/** The reading of an answer. */
interface Run<Event extends StreamEvent | OtherEvent> {
  readonly request: string | AnalysisRequest
  readonly answer: AnswerSoFar
  stream?: AnalysisStream<Event>
  /** Resolves when the reading has ended. */
  done?: Promise<void>
}

/** An answer whose connection was lost, with the event to continue after. */
interface Cut {
  readonly id: string
  readonly answer: AnswerSoFar
  readonly lastEventId: string
}

const checks: Checks<AnalysisStoreOptions> = {
  storage: /* @__PURE__ */ checkThat(
    'false, or an object with getItem, setItem and removeItem',
    (value) => value === false || hasMethods(value, 'getItem', 'setItem', 'removeItem'),
  ),
  key: checkString,
  onEvent: checkFunction,
}

/**
 * Creates a store for a page: it asks, reads the answer, and tells what to show. It needs no framework.
 *
 * Subscribers are called at most once per animation frame, or by a timer while the page is hidden. The first text and
 * the end of an answer do not wait for a frame. Creating a store sends nothing.
 *
 * @throws ConfigurationError on a wrong option
 * @example
 * ```ts
 * import { createAnalysis, VecTrade } from '@vectrade/browser'
 *
 * const client = new VecTrade({ endpoint: '/api/analyze' })
 * const analysis = createAnalysis(client)
 * analysis.subscribe(() => {
 *   const { status, text } = analysis.getSnapshot()
 *   // element.textContent = text
 * })
 * await analysis.ask("What's the bull case for NVDA?")
 * analysis.getSnapshot().status // 'complete'
 * ```
 */
export function createAnalysis<const Types extends EventTypes = NoEventTypes>(
  client: VecTrade<Types>,
  options: AnalysisStoreOptions<EventOf<Types>> = {},
): AnalysisStore {
  checkClient('ai', 'stream', 'resume')('client', client)
  checkOptions(options as AnalysisStoreOptions, checks)
  return new Store(client, options)
}

class Store<Event extends StreamEvent | OtherEvent> implements AnalysisStore {
  readonly #ai: AI<Event>
  readonly #onEvent: ((event: Event) => void) | undefined
  readonly #note: AnswerNote
  #request: string | AnalysisRequest | undefined
  #answer: AnswerSoFar | undefined
  #status: AnalysisStatus = 'idle'
  #error: VecTradeError | undefined
  /** Undefined while no answer is being read. */
  #run: Run<Event> | undefined
  #cut: Cut | undefined
  readonly #publisher = new Publisher(() => this.#toSnapshot())

  constructor(client: { readonly ai: AI<Event> }, options: AnalysisStoreOptions<Event>) {
    const { storage, key, onEvent } = options
    this.#ai = client.ai
    this.#onEvent = onEvent
    // An answer must not be resumed at another endpoint, which would also get its id.
    this.#note = new AnswerNote(storage, () => key ?? `vectrade.analysis ${endpointOf(client)}`)
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#publisher.subscribe(listener)

  readonly getSnapshot = (): AnalysisSnapshot => this.#publisher.snapshot

  readonly ask = (request: string | AnalysisRequest): Promise<void> => {
    if (this.#publisher.isDisposed) return Promise.resolve()
    void this.#leave()
    return this.#begin(request, new AnswerSoFar(), () => this.#ai.stream(request))
  }

  readonly stop = (): Promise<void> => {
    if (this.#publisher.isDisposed) return Promise.resolve()
    const left = this.#leave()
    if (this.#run !== undefined) this.#end('stopped')
    return left
  }

  readonly retry = (): Promise<void> =>
    this.#request && promptOf(this.#request) !== '' ? this.ask(this.#request) : Promise.resolve()

  readonly resume = (): Promise<void> => {
    // A listener may call this before the reading has begun.
    if (this.#run !== undefined) return this.#run.done ?? Promise.resolve()
    const noted = this.#note.read()
    // The note may name another answer by now, for example because another tab uses the same storage.
    const cut = noted?.id === this.#cut?.id ? this.#cut : undefined
    if (noted === undefined || this.#publisher.isDisposed) return Promise.resolve()
    // After a reload, the answer comes from its beginning, because its text was not noted.
    const { answer, lastEventId } = cut ?? { answer: new AnswerSoFar(), lastEventId: '' }
    return this.#begin(noted.request, answer, () => this.#ai.resume(noted.id, { lastEventId }))
  }

  readonly dispose = (): void => {
    this.#publisher.dispose()
    const run = this.#run
    this.#run = undefined
    void run?.stream?.cancel()
  }

  /** Ends the current answer on its server, even if its connection is lost. Ignores a server that cannot be reached. */
  async #leave(): Promise<void> {
    const cut = this.#cut
    this.#cut = undefined
    this.#note.clear()
    const stream = this.#run?.stream ?? (cut && this.#ai.resume(cut.id))
    await stream?.stop().catch(() => {})
  }

  #begin(
    request: string | AnalysisRequest,
    answer: AnswerSoFar,
    open: () => AnalysisStream<Event>,
  ): Promise<void> {
    const run: Run<Event> = { request, answer }
    this.#run = run
    this.#request = request
    this.#answer = answer
    this.#cut = undefined
    this.#set('waiting')
    return (run.done = this.#read(run, open))
  }

  async #read(run: Run<Event>, open: () => AnalysisStream<Event>): Promise<void> {
    // Each listener, and what happens while this waits, can begin another run or end this one.
    const isOver = (): boolean => this.#run !== run
    try {
      if (isOver()) return
      const stream = (run.stream = open())
      await stream.response
      if (isOver()) return
      if (stream.id !== undefined) this.#note.write({ id: stream.id, request: run.request })
      for await (const event of stream) {
        if (isOver()) return
        this.#take(event, run.answer)
        if (this.#onEvent && !isOver()) callListener(() => this.#onEvent?.(event))
      }
      if (isOver()) return
      this.#note.clear()
      this.#end(run.answer.isStopped ? 'stopped' : 'complete')
    } catch (error) {
      if (!isOver()) this.#fail(run, error as VecTradeError)
    }
  }

  #take(event: Event, answer: AnswerSoFar): void {
    const isText = event.type === 'text' && event.content !== ''
    const isNew = answer.add(event)
    if (isText && this.#status === 'waiting') this.#set('streaming')
    else if (isNew) this.#publisher.soon()
  }

  #fail({ answer, stream }: Run<Event>, error: VecTradeError): void {
    // The program has closed its client.
    if (error instanceof RequestAbortedError) return this.#end('stopped')
    // After an APIError, and if no retry can help, the answer has ended. Otherwise, only the connection is lost. If
    // the server refuses the reader, the answer continues there, and the reader can resume it after signing in.
    const isRefused = error instanceof AuthenticationError && error.status !== undefined
    const canResume = isRefused || (error.retryable && !(error instanceof APIError))
    if (!canResume) this.#note.clear()
    else if (stream?.id !== undefined) {
      this.#cut = { id: stream.id, answer, lastEventId: stream.lastEventId }
    }
    this.#end('failed', error)
  }

  #end(status: AnalysisStatus, error?: VecTradeError): void {
    this.#run = undefined
    this.#set(status, error)
  }

  #set(status: AnalysisStatus, error?: VecTradeError): void {
    this.#status = status
    this.#error = error
    this.#publisher.now()
  }

  #toSnapshot(): AnalysisSnapshot {
    const parts = (this.#answer ??= new AnswerSoFar()).parts
    const [request, status, error] = [this.#request, this.#status, this.#error]
    const question = promptOf(request)
    const hasSome = parts.text !== '' || parts.citations.length > 0
    const partial = hasSome && status !== 'complete'
    return Object.freeze({ question, ...parts, status, error, partial })
  }
}

function promptOf(request: string | AnalysisRequest | undefined): string {
  return typeof request === 'string' ? request : (request?.prompt ?? '')
}
