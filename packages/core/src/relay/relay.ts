import { type Abortable, whenAborted } from '../lifetime/abort-source.ts'
import { forgetCollected, WeakHandle, whenCollected } from '../lifetime/finalization.ts'
import { RequestAbortedError } from '../errors/request-aborted-error.ts'
import { errorToWire } from '../errors/error-to-wire.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { PullIterator } from '../lifetime/pull-iterator.ts'
import { encodeEvent } from '../sse/encode.ts'
import { encodeUtf8 } from '../sse/utf8.ts'
import { Heartbeat, heartbeatLimit, heartbeatText } from './heartbeat.ts'
import { relayItems, type RelaySource } from './relay-source.ts'

/** Options of {@link toReadableStream} and {@link toResponse}. */
export interface ReadableOptions {
  /**
   * ms without an event after which a comment is sent, so that proxies do not close the connection. 0 sends no
   * comments. Default 15 000.
   */
  heartbeat?: number | undefined
  /** Aborting it ends the source at once. The reader gets an error event. */
  signal?: Abortable | undefined
}

/** In characters. Events that are already there are sent in one chunk until it is this long. */
const maxBatch = 65_536

/** The result of one read of the source. */
interface Chunk {
  /** Undefined for an end that needs no message. */
  content?: string | Uint8Array
  last?: boolean
  /** Why the source has failed. */
  error?: unknown
}

/**
 * Turns a source of events into the chunks of a `ReadableStream`, with heartbeats between them.
 *
 * A pull takes all events that are already there, in one chunk. If there are none, the pull waits for the
 * source. If the source stays silent, a heartbeat answers the pull. The read of the source then continues, and
 * its result answers the next pull. The relay tells the source to end at most once, and only if the source has
 * not ended by itself. A relay that is garbage-collected ends too.
 */
export class Relay<T> {
  readonly #isCut: () => boolean
  readonly #iterator: AsyncIterator<T | Uint8Array>
  readonly #encode: (item: T) => string
  readonly #signal: Abortable | undefined
  readonly #onEnd: ((error?: unknown) => void) | undefined
  readonly #handle: WeakHandle<Relay<T>> = new WeakHandle<Relay<T>>(this)
  #unlink: (() => void) | undefined
  readonly #heartbeat: Heartbeat
  /** Whether the source has ended or was told to end. It is told at most once. */
  #isOver = false
  /** Whether a read of the source is pending. It outlives a pull that was answered with a heartbeat. */
  #isReading = false
  /** Results that came while no pull was waiting. At most two: an item, then the error of an abort. */
  readonly #arrived: Chunk[] = []
  /** Answers the pull that waits. Without a chunk, the answer is a heartbeat. */
  #answer: ((chunk?: Chunk) => void) | undefined
  #cancelled = false
  #heartbeatFirst: boolean

  constructor(
    source: AsyncIterable<T> | RelaySource<T>,
    encode: (item: T) => string,
    options: ReadableOptions,
    heartbeatFirst: boolean,
    onEnd?: (error?: unknown) => void,
  ) {
    this.#encode = encode
    this.#onEnd = onEnd
    this.#heartbeatFirst = heartbeatFirst
    this.#heartbeat = new Heartbeat(options.heartbeat ?? heartbeatLimit.default)
    const { items, isCut } = relayItems(source, true)
    this.#isCut = isCut
    this.#iterator = items[Symbol.asyncIterator]()
    this.#signal = options.signal
    const onAbort = this.#handle.bind((relay) => relay.#onAbort())
    this.#unlink = this.#signal && whenAborted(this.#signal, onAbort)
    whenCollected(this, cleanUp(this.#heartbeat, this.#unlink, onEnd))
  }

  pull(controller: ReadableStreamDefaultController<Uint8Array>): void | Promise<void> {
    if (this.#heartbeatFirst) {
      this.#heartbeatFirst = false
      controller.enqueue(encodeUtf8(heartbeatText))
    } else if (this.#isReading || this.#arrived.length > 0 || !this.#takeReady(controller)) {
      return this.#wait(controller)
    }
  }

  cancel(): void {
    this.#cancelled = true
    this.#end()
    // The source may never answer the pending read, so answer the pull now.
    this.#answer?.()
  }

  /** Sends the events that are already there, without a promise for each. Returns false if there are none. */
  #takeReady(controller: ReadableStreamDefaultController<Uint8Array>): boolean {
    let text = ''
    let isTaken = false
    const passOn = (): void => {
      if (text !== '') controller.enqueue(encodeUtf8(text))
      text = ''
    }
    while (text.length < maxBatch) {
      const item = PullIterator.ready(this.#iterator)
      if (item === undefined) break
      isTaken = true
      if (item instanceof Uint8Array) {
        passOn()
        controller.enqueue(item)
        continue
      }
      try {
        text += this.#encode(item)
      } catch (error) {
        // First send the events before the one that cannot be encoded.
        passOn()
        this.#passOn(controller, errorChunk(error))
        return true
      }
    }
    passOn()
    return isTaken
  }

  /** Answers a pull later. Makes only one promise, because a streaming answer needs one wait for each event. */
  #wait(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    return new Promise((resolve) => {
      this.#handle.held = this
      this.#answer = (chunk) => {
        this.#handle.held = undefined
        this.#answer = undefined
        this.#heartbeat.pause()
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
      controller.enqueue(encodeUtf8(heartbeatText))
      return
    }
    const { content, last, error } = chunk
    if (content) controller.enqueue(typeof content === 'string' ? encodeUtf8(content) : content)
    if (last) {
      this.#end(error)
      controller.close()
    }
  }

  /** Ends the source unless it has already ended. */
  #end(error?: unknown): void {
    this.#heartbeat.stop()
    this.#unlink?.()
    this.#onEnd?.(error)
    forgetCollected(this)
    if (this.#isOver) return
    this.#isOver = true
    // Do not await it. A generator answers only after its pending read. Its failure does not matter here.
    void markHandled((async () => this.#iterator.return?.())())
  }

  #onAbort(): void {
    this.#arrive(errorChunk(new RequestAbortedError(undefined, { cause: this.#signal?.reason })))
    this.#end()
  }

  #read(): void {
    this.#isReading = true
    const onResult = (result: IteratorResult<T | Uint8Array>): void => {
      if (result.done) this.#isOver = true
      if (this.#isReading) this.#arrive(this.#chunkOf(result))
    }
    const onError = (error: unknown): void => {
      if (this.#isReading) this.#arrive(errorChunk(error))
    }
    const onFailure = (error: unknown): void => {
      this.#isOver = true
      onError(error)
    }
    try {
      // An iterator may return a result without a promise, or throw. An event may fail to be encoded.
      Promise.resolve(this.#iterator.next()).then(onResult, onFailure).catch(onError)
    } catch (error) {
      onFailure(error)
    }
  }

  #arrive(chunk: Chunk): void {
    this.#isReading = false
    if (this.#answer) this.#answer(chunk)
    else this.#arrived.push(chunk)
  }

  #chunkOf({ done, value }: IteratorResult<T | Uint8Array>): Chunk {
    if (!done) return { content: value instanceof Uint8Array ? value : this.#encode(value) }
    // The stream was cancelled elsewhere. The missing [DONE] tells the reader that the answer is incomplete.
    if (this.#isCut()) return { last: true }
    return { content: encodeEvent({ data: '[DONE]' }), last: true }
  }
}

/** Returns the function that cleans up after a relay is collected. A dropped source cleans up after itself. */
function cleanUp(
  heartbeat: Heartbeat,
  unlink: (() => void) | undefined,
  onEnd: (() => void) | undefined,
): () => void {
  return () => {
    heartbeat.stop()
    unlink?.()
    onEnd?.()
  }
}

function errorChunk(error: unknown): Chunk {
  return {
    content: encodeEvent({ event: 'error', data: JSON.stringify(errorToWire(error)) }),
    last: true,
    error,
  }
}
