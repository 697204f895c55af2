import {
  ConfigurationError,
  type EventOf,
  type EventTypes,
  type Logger,
  type NoEventTypes,
  type OtherEvent,
  RequestAbortedError,
  ServerError,
  type StreamEvent,
  StreamInterruptedError,
  StreamProtocolError,
} from '@vectrade/core'
import {
  checkFunction,
  checkLogger,
  checkOptions,
  type Checks,
  checkString,
  checkThat,
  hasMethods,
  type Pull,
  PullIterator,
} from '@vectrade/core/adapter'
import { errorFromModel, notUnderstood } from './error-from-model.ts'
import { EventsOfParts } from './events-of-parts.ts'
import { type AnyPart, isObject, type ModelParts } from './model-part.ts'

/** The options of {@link toEvents}. */
export interface ToEventsOptions<Types extends EventTypes = NoEventTypes> {
  /** The model to name in the metadata if the parts do not name one. Default: none. */
  model?: string | undefined
  /**
   * Which events to make besides text, citations and metadata: {@link modelEvents}, or some of its types. Default:
   * none, because reasoning and the input of tools are not for every reader.
   */
  events?: Types | undefined
  /** The signal of the model's request. After an abort, a failure is a RequestAbortedError. Default: none. */
  signal?: AbortSignal | undefined
  /**
   * Called with the provider's own error, which can contain the prompt. Readers get an error of this SDK without it.
   * Default: the provider's error is dropped.
   */
  onError?: ((error: unknown) => void) | undefined
  /** Gets the model's warnings, such as a setting that it does not support. Default: none. */
  logger?: Logger | undefined
}

export const toEventsChecks: Checks<ToEventsOptions<EventTypes>> = {
  model: checkString,
  events: /* @__PURE__ */ checkThat('an object such as `modelEvents`', isObject),
  signal: /* @__PURE__ */ checkThat('an AbortSignal', (value) =>
    hasMethods(value, 'addEventListener'),
  ),
  onError: checkFunction,
  logger: checkLogger,
}

/**
 * Converts the parts of a model's answer into events: the stream of a model of the AI SDK, or `result.stream` of
 * `streamText`.
 *
 * A part is read only when an event is needed. The last two events are `metadata`, which has the model and the reason
 * why it finished, and `done`. Leaving the iteration cancels the parts. Reading throws a `StreamInterruptedError` if
 * the parts end without `finish`. It throws an error of the provider as an error of this SDK, whose class depends on
 * its HTTP status.
 *
 * @throws ConfigurationError if the parts cannot be read, or on a wrong option
 * @example
 * ```ts
 * import { toEvents } from '@vectrade/ai-sdk'
 * import { AnalysisStream } from '@vectrade/core'
 * import { simulateReadableStream } from 'ai'
 *
 * const parts = simulateReadableStream({
 *   chunks: [
 *     { type: 'text-delta', id: '1', text: 'Hello' },
 *     { type: 'finish', finishReason: 'stop' },
 *   ],
 * })
 * await AnalysisStream.from(toEvents(parts)).finalText() // 'Hello'
 * ```
 */
export function toEvents<const Types extends EventTypes = NoEventTypes>(
  parts: ModelParts,
  options: ToEventsOptions<Types> = {},
): AsyncIterableIterator<EventOf<NoInfer<Types>>, undefined, undefined> {
  checkOptions<ToEventsOptions<EventTypes>>(options, toEventsChecks)
  return eventsOf(parts, options)
}

/** What is known about parts besides the options. */
interface PartsContext<Types extends EventTypes> extends ToEventsOptions<Types> {
  /** The content type of the provider's response. Default: unknown. */
  contentType?: string | undefined
}

/** Converts parts as {@link toEvents} does, without a check of the options. */
export function eventsOf<const Types extends EventTypes>(
  parts: ModelParts,
  context: PartsContext<Types>,
): AsyncIterableIterator<EventOf<NoInfer<Types>>, undefined, undefined> {
  const pull = new PartsReader(parts, context)
  return new PullIterator(pull) as PullIterator<StreamEvent | OtherEvent> as PullIterator<
    EventOf<Types>
  >
}

/** Reads parts on demand, until they make an event. */
class PartsReader implements Pull<StreamEvent | OtherEvent> {
  readonly #parts: PartsIterator
  readonly #context: PartsContext<EventTypes>
  readonly #events: EventsOfParts
  #hasBegun = false
  #isOver = false

  constructor(parts: ModelParts, context: PartsContext<EventTypes>) {
    this.#parts = iteratorOf(parts)
    this.#context = context
    this.#events = new EventsOfParts(context)
  }

  ready(): StreamEvent | OtherEvent | undefined {
    if (this.#isOver) return undefined
    const event = this.#events.take()
    this.#hasBegun ||= event !== undefined
    return event
  }

  async wait(): Promise<IteratorResult<StreamEvent | OtherEvent, undefined>> {
    try {
      while (!this.#isOver) {
        const result = await this.#parts.next()
        // Leaving ends a pending read.
        if (this.#isOver) break
        if (result.done) this.#end()
        else this.#add(result.value)
        const event = this.ready()
        if (event !== undefined) return { done: false, value: event }
      }
    } catch (error) {
      // A reader that has left gets no error.
      if (!this.#isOver) {
        this.leave()
        throw this.#failure(error)
      }
    }
    return { done: true, value: undefined }
  }

  /** Cancels the parts. That is not awaited, because a model may take its time. */
  leave(): void {
    if (this.#isOver) return
    this.#isOver = true
    void this.#parts.cancel().catch(() => {})
  }

  #end(): void {
    if (!this.#events.isFinished) throw new StreamInterruptedError()
    this.#isOver = true
  }

  #add(part: AnyPart): void {
    // What a model says after its end changes nothing.
    if (this.#events.isFinished) return
    if (!isObject(part)) throw new StreamProtocolError('A part of the answer is no object')
    if (part.type === 'error') throw new PartError(part['error'])
    if (part.type === 'abort') throw new RequestAbortedError()
    this.#events.add(part)
    if (!this.#events.isBroken) return
    if (this.#events.finishReason === 'interrupted') throw new StreamInterruptedError()
    const message = 'The model has ended its answer with an error'
    throw new ServerError({ message, type: 'server_error', retryable: true })
  }

  #failure(thrown: unknown): unknown {
    const error = thrown instanceof PartError ? thrown.error : thrown
    const hasBegun = this.#hasBegun
    const own = errorFromModel(error, { ...this.#context, hasBegun, isReading: true })
    // If a provider sends a page or JSON instead of a stream, its package finds no messages. That looks like a cut.
    const { contentType = '' } = this.#context
    const isCut = own instanceof StreamInterruptedError && !hasBegun
    return isCut && /^(?:text\/html|application\/json)\b/i.test(contentType) ? notUnderstood() : own
  }
}

/** Carries what an `error` part has, which can be any value. */
class PartError extends Error {
  readonly error: unknown

  constructor(error: unknown) {
    super()
    this.error = error
  }
}

interface PartsIterator {
  next(): Promise<IteratorResult<AnyPart, unknown>>
  cancel(): Promise<unknown>
}

/** A reader is preferred, because cancelling it ends a pending read, and some runtimes cannot iterate over a stream. */
function iteratorOf(parts: ModelParts): PartsIterator {
  if (hasMethods(parts, 'getReader')) {
    const reader = (parts as ReadableStream<AnyPart>).getReader()
    return { next: () => reader.read(), cancel: () => reader.cancel() }
  }
  if (!isObject(parts) || !(Symbol.asyncIterator in parts)) {
    throw new ConfigurationError(
      'Pass toEvents the parts of an answer, such as `result.stream` of streamText',
    )
  }
  const iterator = (parts as AsyncIterable<AnyPart>)[Symbol.asyncIterator]()
  return { next: () => iterator.next(), cancel: async () => iterator.return?.() }
}
