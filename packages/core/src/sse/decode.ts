import type { EventSourceMessage } from 'eventsource-parser'
import { bodyCause, letGoOf } from '../lifetime/body-owner.ts'
import type { ByteReader, ByteResult, ByteStream } from '../lifetime/byte-stream.ts'
import { type Check, checkOptions, checkThat, hasMethods } from '../lifetime/check-options.ts'
import { connectionError } from '../errors/from-thrown.ts'
import { whenCollected } from '../lifetime/finalization.ts'
import { StreamConsumedError, StreamProtocolError } from '../errors/stream-error.ts'
import { nameMethod } from '../lifetime/name-method.ts'
import { PullIterator } from '../lifetime/pull-iterator.ts'
import {
  decodeChecks,
  type DecodeOptions,
  MessageDecoder,
  type Shortcut,
} from './message-decoder.ts'

/** One Server-Sent Events message, of any protocol. */
export interface SseMessage {
  /** The event's name; absent means "message". */
  event?: string
  /** The data, its lines joined by LF. */
  data: string
  /** The last event ID in effect at dispatch (it stays from message to message); absent means `''`. */
  id?: string
}

/** Separates the bytes that can be passed on as they are from those that must be decoded. */
export interface PassThrough {
  /** Splits a chunk. The plain bytes come before the others. */
  split(chunk: Uint8Array): { plain: Uint8Array[]; encoded: Uint8Array[] }
}

/** The messages of a body, in order, read once. */
export interface EventMessages extends AsyncIterable<SseMessage> {
  /** The last event ID in effect, `''` if none: what a reconnect sends as `Last-Event-ID`. */
  readonly lastEventId: string
}

/**
 * Decodes Server-Sent Events of any protocol: bytes in any chunking, to messages.
 *
 * The body is locked at once and read only on demand. Leaving the loop early cancels it; either way
 * it is unlocked at the end. An unfinished last message is dropped, as the standard says.
 *
 * @throws ConfigurationError when there is no body, or on a wrong option
 * @throws StreamProtocolError when an event is over `maxEventBytes`, or the body gives no bytes
 * @throws StreamInterruptedError when reading the body fails
 * @throws StreamConsumedError when the body is already being read, or the messages are read twice
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * @example
 * ```ts
 * import { decodeEventStream } from '@vectrade/core'
 *
 * const { body } = new Response('event: ping\ndata: 1\n\n')
 * for await (const message of decodeEventStream(body!)) console.log(message.data) // '1'
 * ```
 */
export function decodeEventStream(body: ByteStream, options: DecodeOptions = {}): EventMessages {
  checkOptions(options, decodeChecks)
  return new DecodedMessages(new MessageReader(body, options))
}

class DecodedMessages implements EventMessages {
  readonly #reader: MessageReader
  #used = false
  #isOver = false
  /** The read that came last, of those that are waiting. */
  #lastRead: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(reader: MessageReader) {
    this.#reader = reader
    nameMethod<DecodedMessages>(this, 'asyncIterator', (messages) => messages.#iterate())
    whenCollected(this, () => reader.close())
  }

  get lastEventId(): string {
    return this.#reader.lastEventId ?? ''
  }

  [Symbol.asyncIterator](): AsyncIterator<SseMessage, undefined> {
    return this.#iterate()
  }

  #iterate(): AsyncIterator<SseMessage, undefined> {
    if (this.#used) {
      throw new StreamConsumedError('These messages are already read: they are read once')
    }
    this.#used = true
    const pull = { ready: () => this.#ready(), wait: () => this.#wait() }
    return new PullIterator(pull, async () => this.#end())
  }

  /** The next message if it is there already; not before those who wait have theirs. */
  #ready(): SseMessage | undefined {
    if (this.#isOver || this.#waiting > 0) return undefined
    try {
      const framed = this.#reader.take()
      return framed && toMessage(framed)
    } catch {
      // It fails again for who waits.
      return undefined
    }
  }

  /** Concurrent reads are served in order. */
  #wait(): Promise<IteratorResult<SseMessage, undefined>> {
    this.#waiting += 1
    const read = this.#lastRead.then(() => this.#next()).finally(() => (this.#waiting -= 1))
    this.#lastRead = read.catch(() => {})
    return read
  }

  async #next(): Promise<IteratorResult<SseMessage, undefined>> {
    try {
      while (!this.#isOver) {
        const framed = this.#reader.take()
        if (framed !== undefined) return { done: false, value: toMessage(framed) }
        if (!(await this.#reader.fill())) this.#end()
      }
      return { done: true, value: undefined }
    } catch (error) {
      this.#end()
      throw error
    }
  }

  #end(): void {
    this.#isOver = true
    this.#reader.close()
  }
}

/** As the standard has it: what is not there is absent. */
function toMessage({ event, data, id }: EventSourceMessage): SseMessage {
  const message: SseMessage = { data }
  if (event) message.event = event
  if (id) message.id = id
  return message
}

export const checkBody: Check = /* @__PURE__ */ checkThat(
  'a ReadableStream: a response may have none, and Readable.toWeb() converts a Node stream',
  (value) => hasMethods(value, 'getReader'),
)

/**
 * Reads a body chunk by chunk and hands out its messages one by one; no chunk is read before it is
 * asked for. The body is locked from the beginning: Node cancels one that is not, once the response
 * it came with is garbage.
 */
export class MessageReader<T extends object = never> {
  readonly #body: ByteStream
  /** Undefined while somebody else reads the body: that is for the first read to report. */
  #reader: ByteReader | undefined
  readonly #decoder: MessageDecoder<T>
  #closed = false
  #passThrough: PassThrough | undefined
  #bytes: Uint8Array[] = []

  constructor(body: ByteStream, options: DecodeOptions, shortcut?: Shortcut<T>) {
    checkBody('body', body)
    this.#decoder = new MessageDecoder(options, shortcut)
    this.#body = body
    this.#lock()
  }

  /** Undefined before the first ID. */
  get lastEventId(): string | undefined {
    return this.#decoder.lastEventId
  }

  /** From here on bytes that need no look are not decoded, and come from `takeBytes`. */
  passThrough(passThrough: PassThrough): void {
    this.#passThrough = passThrough
  }

  /** The next bytes to pass on, undefined when there are none. */
  takeBytes(): Uint8Array | undefined {
    return this.#bytes.shift()
  }

  /** The next message framed so far, undefined when there is none. @throws StreamProtocolError */
  take(): EventSourceMessage | T | undefined {
    return this.#decoder.take()
  }

  /**
   * Reads one more chunk; false when the body has ended. Closing ends it at once.
   *
   * @throws StreamInterruptedError
   */
  fill(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false)
    if (this.#reader === undefined) this.#lock()
    if (this.#reader === undefined) {
      const message = 'This body is already being read: a body is read once'
      return Promise.reject(new StreamConsumedError(message))
    }
    return this.#reader.read().then(this.#onChunk, this.#onFailure)
  }

  readonly #onChunk = (result: ByteResult): boolean => {
    if (result.done) {
      this.#leave(true)
      return false
    }
    const chunk = bytesOf(result.value)
    if (this.#passThrough === undefined) {
      this.#decoder.push(chunk)
    } else {
      const { plain, encoded } = this.#passThrough.split(chunk)
      this.#bytes = plain
      if (plain.length > 0) this.#decoder.begin()
      for (const bytes of encoded) this.#decoder.push(bytes)
    }
    return true
  }

  readonly #onFailure = (error: unknown): boolean => {
    // A reader closed meanwhile rejects its read, which is no failure of the body.
    if (this.#closed) return false
    const cause = bodyCause(this.#body, error)
    this.close()
    throw connectionError(cause, 'body')
  }

  /** Cancels what is left of the body, unlocks it and ends its request. A read under way ends. */
  close(reason?: unknown): void {
    if (this.#closed) return
    // Not awaited: the source's own clean-up may take for ever, and its failure is nobody's.
    this.#reader?.cancel(reason).catch(() => {})
    this.#leave(false)
  }

  #leave(isWhole: boolean): void {
    this.#closed = true
    this.#reader?.releaseLock()
    letGoOf(this.#body, isWhole)
  }

  #lock(): void {
    if (!this.#body.locked) this.#reader = this.#body.getReader()
  }
}

/** @throws StreamProtocolError on what is no bytes */
function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  if (!ArrayBuffer.isView(chunk)) {
    throw new StreamProtocolError(
      'The body must give bytes: pipe text through a TextEncoderStream first',
    )
  }
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
