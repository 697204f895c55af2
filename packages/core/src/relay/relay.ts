import { type Abortable, whenAborted } from '../lifetime/abort-source.ts'
import { forgetCollected, WeakHandle, whenCollected } from '../lifetime/finalization.ts'
import { RequestAbortedError } from '../errors/stream-error.ts'
import { errorToWire } from '../errors/to-wire.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { PullIterator } from '../lifetime/pull-iterator.ts'
import { encodeEvent } from '../sse/encode.ts'
import { encodeUtf8 } from '../sse/utf8.ts'
import { Heartbeat, heartbeatLimit, heartbeatText } from './heartbeat.ts'
import { relayItems, type RelaySource } from './relay-source.ts'

/** How events are passed on. */
export interface ReadableOptions {
  /** ms of silence after which a comment keeps the connection alive; 0 for none. Default 15 000. */
  heartbeat?: number | undefined
  /** Aborted, it ends the source at once; who still reads gets an error event. */
  signal?: Abortable | undefined
}

/** Characters of events that are there already and go out in one piece. */
const longestBatch = 65_536

/** What a read of the source came to; nothing where its end needs no words. */
interface Chunk {
  content?: string | Uint8Array
  last: boolean
}

/** A source of events on its way to whoever reads it, as text, with heartbeats. */
export class Relay<T> {
  readonly #isCut: () => boolean
  readonly #iterator: AsyncIterator<T | Uint8Array>
  readonly #encode: (item: T) => string
  readonly #signal: Abortable | undefined
  readonly #onEnd: (() => void) | undefined
  readonly #handle: WeakHandle<Relay<T>> = new WeakHandle<Relay<T>>(this)
  #unlink: (() => void) | undefined
  readonly #heartbeat: Heartbeat
  /** Whether the source has ended or was told to end. It is told at most once. */
  #isOver = false
  /** Whether a read of the source is under way; it outlives a pull that was answered with a heartbeat. */
  #isReading = false
  /** What reads came to while no pull waited for it: an item, an abort behind it. */
  readonly #arrived: Chunk[] = []
  /** Answers the pull that waits; without a chunk, with a heartbeat. */
  #answer: ((chunk?: Chunk) => void) | undefined
  #cancelled = false
  #heartbeatFirst: boolean

  constructor(
    source: AsyncIterable<T> | RelaySource<T>,
    encode: (item: T) => string,
    options: ReadableOptions,
    heartbeatFirst: boolean,
    onEnd?: () => void,
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
    whenCollected(this, ending(this.#heartbeat, this.#unlink, onEnd))
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
    // Not left to a read that the source may never answer.
    this.#answer?.()
  }

  /** Passes on what the source has already, without a promise for each; false where it has nothing. */
  #takeReady(controller: ReadableStreamDefaultController<Uint8Array>): boolean {
    let text = ''
    let isTaken = false
    const passOn = (): void => {
      if (text !== '') controller.enqueue(encodeUtf8(text))
      text = ''
    }
    while (text.length < longestBatch) {
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
    const { content, last } = chunk
    if (content !== undefined) {
      controller.enqueue(typeof content === 'string' ? encodeUtf8(content) : content)
    }
    if (last) {
      this.#end()
      controller.close()
    }
  }

  /** Ends the source unless it has already ended. */
  #end(): void {
    this.#heartbeat.stop()
    this.#unlink?.()
    this.#onEnd?.()
    forgetCollected(this)
    if (this.#isOver) return
    this.#isOver = true
    // Not awaited: a generator answers only once its pending read does. What it fails with is its own.
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
      // Not every iterator keeps to promises. An event may be one that cannot be encoded.
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
    if (!done)
      return { content: value instanceof Uint8Array ? value : this.#encode(value), last: false }
    // A stream that was cancelled elsewhere is at its end, but its answer is not complete: the
    // missing [DONE] says so.
    if (this.#isCut()) return { last: true }
    return { content: encodeEvent({ data: '[DONE]' }), last: true }
  }
}

/** Ends a relay of which there is nothing else left; its source, if that is dropped too, does so itself. */
function ending(
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
  }
}
