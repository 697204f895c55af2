/// <reference lib="esnext.disposable" preserve="true" />
import type { Abortable } from './lifetime/abort-source.ts'
import { AbortScope, type Track } from './lifetime/abort-scope.ts'
import type { Analysis } from './events/analysis.ts'
import { ConfigurationError } from './errors/configuration-error.ts'
import { errorFromThrown } from './errors/error-from-thrown.ts'
import { RequestAbortedError } from './errors/request-aborted-error.ts'
import type { EventOf, EventTypes, NoEventTypes, OwnEvent } from './events/own-event.ts'
import type { OtherEvent, StreamEvent } from './events/stream-event.ts'
import type { StreamSettings, StreamSource } from './stream/stream-source.ts'
import { markHandled } from './lifetime/mark-handled.ts'
import { nameMethod } from './lifetime/name-method.ts'
import { type AnalysisRequest, toAnalysisRequest } from './options/analysis-request.ts'
import {
  type CallLimits,
  type CallOptions,
  checkCall,
  resolveOptions,
  type ResumeOptions,
  type Settings,
  type VecTradeOptions,
} from './options/options.ts'
import type { LogSettings } from './options/log-level.ts'
import type { RuntimeDefaults } from './options/runtime.ts'
import { KeyHeader } from './http/key-header.ts'
import { type CallWithLimits, createCall } from './http/call.ts'
import { send } from './http/send.ts'
import { Live } from './live/live.ts'
import { observed } from './observe/observe.ts'
import type { CallWatcher } from './observe/call-watcher.ts'
import { openAtEndpoint, openResumed, stopStream } from './resume/open-stream.ts'
import { randomUUID } from './http/random-uuid.ts'
import { AnalysisStream } from './stream/stream.ts'
import { openEventStream } from './stream/open-event-stream.ts'

/**
 * A client of VecTrade's AI stock analysis.
 *
 * It holds no connection, except the WebSockets that its live feeds share. {@link close}, `using` and `await using` end
 * its open streams and feeds.
 * Inspecting, serializing and logging a client do not show its key.
 */
export class VecTrade<const Types extends EventTypes = NoEventTypes>
  implements Disposable, AsyncDisposable
{
  /** The calls of VecTrade's AI analysis. */
  readonly ai: AI<EventOf<Types>>
  /** The calls of VecTrade's live data. */
  readonly live: Live
  readonly #open = new Set<(error: RequestAbortedError) => void>()
  #closed = false

  /** @throws ConfigurationError on a wrong option. If there is no key, the first call throws it. */
  constructor(options?: VecTradeOptions<Types>)
  /** @internal */
  constructor(options?: VecTradeOptions<Types>, runtime?: RuntimeDefaults)
  constructor(options: VecTradeOptions<Types> = {}, runtime: RuntimeDefaults = {}) {
    nameMethod<VecTrade<Types>>(this, 'dispose', (client) => client.close())
    nameMethod<VecTrade<Types>>(this, 'asyncDispose', (client) => client.close())
    const settings = resolveOptions(options, runtime)
    const { apiKey, authScheme } = settings
    const key = apiKey === undefined ? undefined : new KeyHeader(apiKey, authScheme)
    const track: Track = (abort) => {
      if (this.#closed) throw new RequestAbortedError('The client is closed: create a new one')
      this.#open.add(abort)
      return () => this.#open.delete(abort)
    }
    this.ai = new AI(settings, key, track)
    this.live = new Live(settings, key, track)
  }

  /** Ends all open streams and feeds of this client. Their readers get a {@link RequestAbortedError}. */
  close(): void {
    this.#closed = true
    for (const abort of this.#open) {
      try {
        abort(new RequestAbortedError('The client was closed'))
      } catch {
        // workerd does not let one request end the streams of another. End the rest.
      }
    }
    this.#open.clear()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}

/** The calls of VecTrade's AI analysis, as `client.ai`. */
export class AI<Event extends StreamEvent | OtherEvent = StreamEvent> {
  readonly #settings: Settings
  readonly #key: KeyHeader | undefined
  readonly #track: Track

  /** @internal */
  constructor(settings: Settings, key: KeyHeader | undefined, track: Track) {
    this.#settings = settings
    this.#key = key
    this.#track = track
  }

  /** @internal */
  get log(): LogSettings {
    return this.#settings.log
  }

  /** @internal */
  get endpoint(): string | undefined {
    const { isEndpoint, target } = this.#settings
    return isEndpoint ? target() : undefined
  }

  /**
   * Asks for an analysis as a stream of events. Returns at once. The first use of the stream sends the
   * request. If the stream ends in the same tick, nothing is sent.
   *
   * @throws ConfigurationError if there is no key, if the prompt is not a string, or on a wrong option
   */
  stream<const Types extends EventTypes = NoEventTypes>(
    request: string | AnalysisRequest,
    options: CallOptions<Types> = {},
  ): AnalysisStream<Event | OwnEvent<NoInfer<Types>>> {
    const asked = toAnalysisRequest(request)
    const call = this.#call(asked, true, options)
    const open = this.#settings.isEndpoint ? openAtEndpoint : openAtAPI
    const { onEnd, ...opener } = observed(
      call,
      'stream',
      asked,
      withOwnEvents(options.events, open),
      watchEvents,
    )
    return new AnalysisStream(
      { ...opener, mayBeStored: this.#settings.isEndpoint },
      { ...this.#streamSettings(options), onEnd },
    )
  }

  /**
   * Continues a stream that an endpoint stores, such as one of `createHandler` with a `store`. Works after a
   * reload, in another tab, or in another program. Returns at once. The request is sent at the first use of
   * the stream. Reading throws a StreamResumeError if the endpoint does not have the stream.
   *
   * @param id the `id` of the stream
   * @throws ConfigurationError if the client has no `endpoint`, or on a wrong option
   */
  resume<const Types extends EventTypes = NoEventTypes>(
    id: string,
    options: ResumeOptions<Types> = {},
  ): AnalysisStream<Event | OwnEvent<NoInfer<Types>>> {
    checkCall(options)
    const { lastEventId = '' } = options
    if (!this.#settings.isEndpoint) {
      throw new ConfigurationError(
        'Streams are resumed at an endpoint that stores them: pass the client the option `endpoint`',
      )
    }
    if (typeof id !== 'string' || id === '') {
      throw new ConfigurationError('`id` must be the id of a stream, `stream.id`')
    }
    const call = this.#callWithoutBody('text/event-stream', options)
    const { onEnd, ...opener } = observed(
      call,
      'resume',
      undefined,
      withOwnEvents(options.events, (ready, signal) => openResumed(ready, id, lastEventId, signal)),
      watchEvents,
    )
    return new AnalysisStream(
      { ...opener, stop: () => stopStream(call, id) },
      { ...this.#streamSettings(options), id, lastEventId, onEnd },
    )
  }

  /**
   * Asks for an analysis in one piece. The server sends the response headers only when the answer is
   * complete. For long answers, pass a longer `timeout`, or use {@link stream}. With an `endpoint`, this method
   * reads a stream to its end instead.
   *
   * @throws the errors of reading a stream
   */
  analyze(request: string | AnalysisRequest, options: CallOptions = {}): Promise<Analysis> {
    return markHandled(this.#analyze(request, options))
  }

  async #analyze(request: string | AnalysisRequest, options: CallOptions): Promise<Analysis> {
    if (this.#settings.isEndpoint) return this.stream(request, options).finalAnalysis()
    const asked = toAnalysisRequest(request)
    const call = this.#call(asked, false, options)
    const { open, onEnd } = observed(call, 'analyze', asked, fetchAnalysis, watchAnalysis)
    const scope: AbortScope = new AbortScope(options.signal, this.#track, (error) =>
      scope.abort(error),
    )
    try {
      const analysis = await open(scope)
      // An aborted body can look as if it had ended.
      if (scope.aborted) throw scope.reason
      onEnd?.('complete')
      return analysis
    } catch (thrown) {
      // An aborted body fails with an error of the runtime. The signal has ours.
      const error = scope.aborted ? scope.reason : thrown
      onEnd?.(errorFromThrown(error, 'body'))
      throw error
    } finally {
      scope.leave()
    }
  }

  /** Returns the settings of a stream. They must not refer to the call, because its prompt may be large. */
  #streamSettings({ signal }: Pick<CallOptions, 'signal'>): StreamSettings {
    return { signal, track: this.#track }
  }

  #call(request: AnalysisRequest, stream: boolean, options: CallOptions): CallWithLimits {
    checkCall(options)
    const { idempotencyKey = randomUUID() } = options
    const accept = stream ? 'text/event-stream' : 'application/json'
    const call = this.#callWithoutBody(accept, options, { 'idempotency-key': idempotencyKey })
    const { isEndpoint } = this.#settings
    const body = JSON.stringify({
      ...request,
      ...(isEndpoint ? {} : { stream }),
    })
    return { ...call, body }
  }

  #callWithoutBody(
    accept: string,
    options: Pick<CallOptions, keyof CallLimits | 'headers'>,
    further: Record<string, string> = {},
  ): CallWithLimits {
    const { target } = this.#settings
    return createCall(this.#settings, this.#key, target, options, { accept, ...further })
  }
}

/**
 * Returns the URL of the endpoint that a client asks, or undefined if it asks VecTrade.
 *
 * @throws ConfigurationError if the URL is relative, and the runtime has no page that it could be relative to
 */
export function endpointOf<Event extends StreamEvent | OtherEvent>(client: {
  readonly ai: AI<Event>
}): string | undefined {
  return client.ai.endpoint
}

type OpenStream = (call: CallWithLimits, signal: Abortable) => Promise<StreamSource>

/** Returns a function that opens a stream, after it has loaded what reads the events of the program's own types. */
function withOwnEvents(ofCall: EventTypes | undefined, open: OpenStream): OpenStream {
  return async (call, signal) => {
    if (call.events === undefined && ofCall === undefined) return open(call, signal)
    const { OwnEventReader } = await import('./stream/own-event-reader.ts')
    return open({ ...call, ownEvents: new OwnEventReader({ ...call.events, ...ofCall }) }, signal)
  }
}

function watchEvents(watcher: CallWatcher, source: StreamSource): StreamSource {
  return watcher.source(source)
}

function watchAnalysis(watcher: CallWatcher, analysis: Analysis): Analysis {
  return watcher.onAnalysis(analysis)
}

async function fetchAnalysis(call: CallWithLimits, signal: Abortable): Promise<Analysis> {
  // Pages have an endpoint, which always streams.
  const { readAnalysis } = await import('./http/json-answer.ts')
  return readAnalysis(await send(call, signal), call, signal)
}

async function openAtAPI(call: CallWithLimits, signal: Abortable): Promise<StreamSource> {
  return openEventStream(await send(call, signal), call, signal)
}
