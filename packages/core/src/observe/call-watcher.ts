import type { VecTradeError } from '../errors/vectrade-error.ts'
import { type Analysis, AnalysisSoFar } from '../events/analysis.ts'
import type { StreamEvent } from '../events/stream-event.ts'
import type { AttemptWatcher, Call } from '../http/send.ts'
import { isResponse } from '../http/is-response.ts'
import { streamResponseOf } from '../http/stream-response.ts'
import { type Logger, warnAbout } from '../lifetime/logger.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { leveledLogger } from '../options/leveled-logger.ts'
import { headerRecord, type Settings } from '../options/options.ts'
import type { AttemptContext, CallInfo, CallObserver } from '../options/instrumentation.ts'
import type { Fetch } from '../options/runtime.ts'
import type { CallOutcome, StreamSource } from '../stream/stream-source.ts'
import { logCall } from './log-call.ts'
import { WatchedSource } from './watched-source.ts'
import { withoutQuery } from './without-query.ts'

/** The hooks that need the events. */
const hooksOfEvents = ['onEvent', 'onFirstText', 'onEnd'] as const

type Hook = Exclude<keyof CallObserver, 'onAttempt'>

/**
 * Watches one call for the client's instrumentation and logger.
 *
 * It must not refer to the call's stream, because it also sees the end of a stream that the program has dropped.
 */
export class CallWatcher implements AttemptWatcher {
  readonly #observers: readonly CallObserver[]
  readonly #logger: Logger | undefined
  readonly #keepsText: boolean
  /** The metadata and the usage, and the text if it is kept. */
  readonly #answer = new AnalysisSoFar()
  #attempt = 0
  #events = 0
  #requestId: string | undefined
  #hasText = false
  #isOver = false

  /** @param begin returns what `onCall` has returned, or throws what it has thrown */
  constructor(
    begin: () => CallObserver | undefined | void,
    call: CallInfo,
    { log, instrumentation }: Pick<Settings, 'log' | 'instrumentation'>,
  ) {
    const logger = leveledLogger(log)
    this.#logger = logger
    this.#keepsText = instrumentation?.content ?? false
    const observers = [this.#guard(begin), logger && logCall(logger, call)]
    this.#observers = observers.filter((observer) => observer instanceof Object)
  }

  /** Returns the call with the headers and the `fetch` of its next request. */
  attempt(call: Call): Call {
    if (this.#isOver) return call
    this.#attempt += 1
    const attempt = this.#attempt
    const { method = 'POST', url, fetch: send } = call
    const given = this.#observers.map((observer) =>
      this.#guard(() => observer.onAttempt?.({ attempt, method, url: withoutQuery(url) })),
    )
    const contexts = given.map((context) => this.#guard(() => checked(context)))
    const headers = Object.assign({}, call.headers, ...contexts.map((context) => context?.headers))
    const fetch: Fetch = async (to, init) => {
      const sendInContexts = contexts.reduce(
        (next, context) => this.#inContext(context, next),
        () => send(to, init),
      )
      const response = await sendInContexts()
      if (isResponse(response)) {
        const { status, requestId } = streamResponseOf(response, call.secrets)
        this.#requestId = requestId
        this.#tell('onResponse', { attempt, status, requestId })
      }
      return response
    }
    return { ...call, headers, fetch }
  }

  /** @param delay the pause before the next attempt, in ms, if it is known */
  onRetry(error: VecTradeError, delay?: number): void {
    this.#tell('onRetry', { attempt: this.#attempt, error, delay })
  }

  /** Returns a source that shows its events to the observers, if any of them wants to see them. */
  source(source: StreamSource): StreamSource {
    const isWanted = this.#observers.some((observer) =>
      hooksOfEvents.some((name) => observer[name]),
    )
    return isWanted ? new WatchedSource(source, this) : source
  }

  /** @param isLast whether this event ends the answer */
  onEvent(event: StreamEvent, isLast: boolean): void {
    this.#events += 1
    if (event.type === 'text') this.#onText(event.content)
    else if (event.type === 'metadata' || event.type === 'done') this.#answer.add(event)
    this.#tell('onEvent', event)
    if (isLast) this.end('complete')
  }

  /** Takes the answer of a call that does not stream. */
  onAnalysis(analysis: Analysis): Analysis {
    const { text, metadata, usage } = analysis
    this.#onText(text)
    this.#answer.add({ ...metadata, type: 'metadata', content: '' })
    this.#answer.add({ type: 'done', content: '', ...(usage && { usage }) })
    return analysis
  }

  /** Reports the end of the watched call. Reporting it again does nothing. */
  end(outcome: CallOutcome): void {
    if (this.#isOver) return
    // Set first, because a hook may end the call too, for example by closing the client.
    this.#isOver = true
    const isFailed = typeof outcome !== 'string'
    const { text, metadata, usage } = this.#answer.toAnalysis(undefined)
    this.#tell('onEnd', {
      outcome: isFailed ? 'failed' : outcome,
      ...(isFailed && { error: outcome }),
      requestId: this.#requestId,
      events: this.#events,
      ...(this.#keepsText && { text }),
      metadata,
      usage,
    })
  }

  #onText(text: string): void {
    if (this.#keepsText) this.#answer.add({ type: 'text', content: text })
    if (this.#hasText || text === '') return
    this.#hasText = true
    this.#tell('onFirstText', undefined)
  }

  #tell<Name extends Hook>(
    name: Name,
    value: Parameters<NonNullable<CallObserver[Name]>>[0],
  ): void {
    if (this.#isOver && name !== 'onEnd') return
    for (const observer of this.#observers) {
      this.#guard(() => (observer[name] as ((given: unknown) => unknown) | undefined)?.(value))
    }
  }

  /** Returns a function that sends a request in a context. It sends the request once, whatever the context does. */
  #inContext<T>(context: AttemptContext | undefined, send: () => Promise<T>): () => Promise<T> {
    const run = context?.run
    if (run === undefined) return send
    return () => {
      let sent: Promise<T> | undefined
      const once = (): Promise<T> => (sent ??= (async () => send())())
      this.#guard(() => {
        // `run` may return a promise of its own. That promise may fail too, and no one else handles it.
        void markHandled(Promise.resolve(run(once)))
      })
      return once()
    }
  }

  /** Calls a hook. Its failure is logged. A hook cannot return anything later, because no call waits for its hooks. */
  #guard<T>(hook: () => T): T | undefined {
    const fail = (error: unknown): void =>
      warnAbout(
        this.#logger,
        'instrumentation.failed',
        'vectrade: a hook of `instrumentation` has failed',
        error,
      )
    try {
      const result = hook()
      if (!(result instanceof Promise)) return result
      result.catch(fail)
    } catch (error) {
      fail(error)
    }
    return undefined
  }
}

/** Checks what `onAttempt` has returned. @throws ConfigurationError on headers that cannot be sent */
function checked(context: AttemptContext | undefined | void): AttemptContext | undefined {
  return context ? { ...context, headers: headerRecord(context.headers) } : undefined
}
