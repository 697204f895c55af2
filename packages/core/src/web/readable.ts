import { forgetDropped, Grip, whenDropped } from '../dropped.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { RequestAbortedError } from '../errors/stream-error.ts'
import { errorToWire } from '../errors/to-wire.ts'
import type { RelayedBytes } from '../event-source.ts'
import { isRecord, type StreamEvent, toMessage } from '../events.ts'
import { handled } from '../handled.ts'
import { PullIterator } from '../pull-iterator.ts'
import { encodeEvent } from '../sse/encode.ts'
import type { AnalysisStream } from '../stream.ts'
import { Heartbeat, heartbeatText } from './heartbeat.ts'

/** How events are passed on. */
export interface ReadableOptions {
  /** ms of silence after which a comment keeps the connection alive; 0 for none. Default 15 000. */
  heartbeat?: number | undefined
  /** Aborted, it ends the source at once; who still reads gets an error event. */
  signal?: AbortSignal | undefined
}

/**
 * Passes a stream on as Server-Sent Events, in bytes: its events, then `data: [DONE]`.
 *
 * Pull-based: nothing is read ahead. A read gets in one piece what had come together; text, citations
 * and metadata from VecTrade pass as they came, in the memory in which the source's body gave them.
 * Cancelling the result ends the source at once, a pending read of it included. A failure of the
 * source becomes an error event and then a clean end; what an unexpected exception says is not sent.
 * Uses the stream.
 *
 * @throws StreamConsumedError when the stream is used already
 * @example
 * ```ts
 * import { toReadableStream } from '@vectrade/core'
 *
 * async function* events() {
 *   yield { type: 'text' as const, content: 'Hello' }
 * }
 * const text = await new Response(toReadableStream(events())).text()
 * // 'data: {"type":"text","content":"Hello"}\n\ndata: [DONE]\n\n'
 * ```
 */
export function toReadableStream(
  stream: AnalysisStream | AsyncIterable<StreamEvent>,
  options: ReadableOptions = {},
): ReadableStream<Uint8Array> {
  return readable(new Relay(stream, eventText, options, false))
}

function readable<T>(relay: Relay<T>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => relay.pull(controller),
      cancel: () => relay.cancel(),
    },
    // Nothing is taken from the source before somebody reads.
    { highWaterMark: 0 },
  )
}

/**
 * {@link toReadableStream} as a response with the headers an event stream needs. It starts at once:
 * a failure to reach VecTrade comes as an error event, with status 200 gone out already.
 *
 * @throws StreamConsumedError when the stream is used already
 * @example
 * ```ts
 * import { toResponse } from '@vectrade/core'
 *
 * async function* events() {
 *   yield { type: 'text' as const, content: 'Hello' }
 * }
 * toResponse(events()).headers.get('content-type') // 'text/event-stream; charset=utf-8'
 * ```
 */
export function toResponse(
  stream: AnalysisStream | AsyncIterable<StreamEvent>,
  init: ResponseInit & ReadableOptions = {},
): Response {
  return relayResponse(stream, eventText, init, { greet: false })
}

/** How an event goes over the wire. */
export const eventText = (event: StreamEvent): string => encodeEvent(toMessage(event))

/** What is relayed; `cut` once it is at an end that is not the answer's. */
export type RelaySource<T> = AsyncIterable<T> & {
  readonly cut?: boolean
  /** Its events, many of them as bytes. */
  relayed?(): AsyncIterator<T | RelayedBytes>
}

/**
 * @param encode the text of one item
 * @param greet whether a heartbeat goes out at once, before there is an event
 */
export function relayResponse<T>(
  source: RelaySource<T>,
  encode: (item: T) => string,
  init: ResponseInit & ReadableOptions,
  { greet }: { greet: boolean },
): Response {
  const { heartbeat, signal, ...responseInit } = init
  const headers = new Headers(responseInit.headers)
  for (const [name, value] of Object.entries(eventStreamHeaders)) headers.set(name, value)
  // Copied from an upstream, these would describe bytes that are not sent.
  for (const name of ['content-length', 'content-encoding']) headers.delete(name)
  const relay = new Relay(source, encode, { heartbeat, signal }, greet)
  return new Response(readable(relay), {
    ...responseInit,
    headers,
  })
}

/** Proxies must neither buffer, nor compress, nor keep an event stream. */
const eventStreamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

const defaultHeartbeat = 15_000
/** Characters of events that are there already and go out in one piece. */
const longestBatch = 65_536
const encoder: TextEncoder = /* @__PURE__ */ new TextEncoder()

/** What a read of the source came to; nothing where its end needs no words. */
interface Chunk {
  content?: string | Uint8Array
  last: boolean
}

class Relay<T> {
  readonly #source: RelaySource<T>
  readonly #iterator: AsyncIterator<T | RelayedBytes>
  readonly #encode: (item: T) => string
  readonly #signal: AbortSignal | undefined
  readonly #grip: Grip<this> = new Grip(this)
  #unlink: (() => void) | undefined
  readonly #heartbeat: Heartbeat
  /** Whether a read of the source is under way; it outlives a pull that was answered with a heartbeat. */
  #isReading = false
  /** What reads came to while no pull waited for it: an item, an abort behind it. */
  readonly #arrived: Chunk[] = []
  /** Answers the pull that waits; without a chunk, with a heartbeat. */
  #answer: ((chunk?: Chunk) => void) | undefined
  #cancelled = false
  #greet: boolean

  constructor(
    source: RelaySource<T>,
    encode: (item: T) => string,
    options: ReadableOptions,
    greet: boolean,
  ) {
    this.#encode = encode
    this.#greet = greet
    this.#heartbeat = new Heartbeat(options.heartbeat ?? defaultHeartbeat)
    if (typeof source?.[Symbol.asyncIterator] !== 'function') {
      throw new ConfigurationError(
        'What is passed on must be a stream of events: `client.ai.stream(…)` or an async iterable',
      )
    }
    this.#source = source
    this.#iterator = source.relayed?.() ?? source[Symbol.asyncIterator]()
    this.#signal = options.signal
    if (this.#signal?.aborted) this.#onAbort()
    else if (this.#signal) this.#unlink = Relay.#follow(this.#signal, this.#grip)
    whenDropped(this, ending(this.#heartbeat, this.#unlink))
  }

  /** Has the signal end a relay, but not keep one that the program has dropped. */
  static #follow<T>(signal: AbortSignal, grip: Grip<Relay<T>>): () => void {
    const onAbort = (): void => {
      const relay = grip.deref()
      if (relay) relay.#onAbort()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    return () => signal.removeEventListener('abort', onAbort)
  }

  pull(controller: ReadableStreamDefaultController<Uint8Array>): void | Promise<void> {
    if (this.#greet) {
      this.#greet = false
      controller.enqueue(encoder.encode(heartbeatText))
    } else if (this.#isReading || this.#arrived.length > 0 || !this.#takeReady(controller)) {
      return this.#wait(controller)
    }
  }

  cancel(): void {
    this.#cancelled = true
    this.#end()
    // Not left to a read that the source may never answer.
    this.#answer?.()
  }

  /** Passes on what the source has already, without a promise for each; false where it has nothing. */
  #takeReady(controller: ReadableStreamDefaultController<Uint8Array>): boolean {
    let text = ''
    let isTaken = false
    const passOn = (): void => {
      if (text !== '') controller.enqueue(encoder.encode(text))
      text = ''
    }
    while (text.length < longestBatch) {
      const item = PullIterator.ready(this.#iterator)
      if (item === undefined) break
      isTaken = true
      if (isBytes(item)) {
        passOn()
        controller.enqueue(item.bytes)
        continue
      }
      try {
        text += this.#encode(item)
      } catch (error) {
        // What came before it goes first.
        passOn()
        this.#passOn(controller, errorChunk(error))
        return true
      }
    }
    passOn()
    return isTaken
  }

  /** One promise for all of it: there is one of these for each event of a live answer. */
  #wait(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    return new Promise((resolve) => {
      this.#grip.held = this
      this.#answer = (chunk) => {
        this.#grip.held = undefined
        this.#answer = undefined
        this.#heartbeat.rest()
        if (!this.#cancelled) this.#passOn(controller, chunk)
        resolve()
      }
      const arrived = this.#arrived.shift()
      if (arrived !== undefined) {
        this.#answer(arrived)
        return
      }
      this.#heartbeat.wait(() => this.#answer?.())
      if (!this.#isReading) this.#read()
    })
  }

  #passOn(controller: ReadableStreamDefaultController<Uint8Array>, chunk?: Chunk): void {
    if (chunk === undefined) {
      controller.enqueue(encoder.encode(heartbeatText))
      return
    }
    const { content, last } = chunk
    if (content !== undefined) {
      controller.enqueue(typeof content === 'string' ? encoder.encode(content) : content)
    }
    if (last) {
      this.#end()
      controller.close()
    }
  }

  /** Ends the source, however far it is. */
  #end(): void {
    this.#heartbeat.stop()
    this.#unlink?.()
    forgetDropped(this)
    // Not awaited: a generator answers only once its pending read does. What it fails with is its own.
    void handled((async () => this.#iterator.return?.())())
  }

  #onAbort(): void {
    this.#arrive(errorChunk(new RequestAbortedError(undefined, { cause: this.#signal?.reason })))
    this.#end()
  }

  #read(): void {
    this.#isReading = true
    const onResult = (result: IteratorResult<T | RelayedBytes>): void => {
      if (this.#isReading) this.#arrive(this.#chunkOf(result))
    }
    const onError = (error: unknown): void => {
      if (this.#isReading) this.#arrive(errorChunk(error))
    }
    try {
      // Not every iterator keeps to promises. An event may be one that cannot be encoded.
      Promise.resolve(this.#iterator.next()).then(onResult).catch(onError)
    } catch (error) {
      onError(error)
    }
  }

  #arrive(chunk: Chunk): void {
    this.#isReading = false
    if (this.#answer) this.#answer(chunk)
    else this.#arrived.push(chunk)
  }

  #chunkOf({ done, value }: IteratorResult<T | RelayedBytes>): Chunk {
    if (!done) return { content: isBytes(value) ? value.bytes : this.#encode(value), last: false }
    // A stream that was cancelled elsewhere is at its end, but its answer is not complete: the
    // missing [DONE] says so.
    if (this.#source.cut) return { last: true }
    return { content: encodeEvent({ data: '[DONE]' }), last: true }
  }
}

/** Ends a relay of which there is nothing else left; its source, if that is dropped too, does so itself. */
function ending(heartbeat: Heartbeat, unlink: (() => void) | undefined): () => void {
  return () => {
    heartbeat.stop()
    unlink?.()
  }
}

function isBytes(item: unknown): item is RelayedBytes {
  return isRecord(item) && item['type'] === 'bytes' && ArrayBuffer.isView(item['bytes'])
}

function errorChunk(error: unknown): Chunk {
  return {
    content: encodeEvent({ event: 'error', data: JSON.stringify(errorToWire(error)) }),
    last: true,
  }
}
