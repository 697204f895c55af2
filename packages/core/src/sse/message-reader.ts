import type { EventSourceMessage } from 'eventsource-parser'
import { bodyCause, releaseBody } from '../lifetime/body-owner.ts'
import type { ByteReader, ByteResult, ByteStream } from '../lifetime/byte-stream.ts'
import { type Check, checkThat, hasMethods } from '../lifetime/check-options.ts'
import { errorFromThrown } from '../errors/error-from-thrown.ts'
import { StreamConsumedError } from '../errors/stream-consumed-error.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import { type DecodeOptions, MessageDecoder, type Shortcut } from './message-decoder.ts'

/** Separates the bytes that can be passed on as they are from those that must be decoded. */
export interface PassThrough {
  /** Splits a chunk. The bytes that pass come before those to decode. */
  split(chunk: Uint8Array): { passing: Uint8Array[]; toDecode: Uint8Array[] }
}

/** Checks for the body of a response. */
export const checkBody: Check = /* @__PURE__ */ checkThat(
  'a ReadableStream: a response may have none, and Readable.toWeb() converts a Node stream',
  (value) => hasMethods(value, 'getReader'),
)

/**
 * Reads a body chunk by chunk, on demand, and returns its messages one by one.
 *
 * The body is locked from the start, because Node cancels an unlocked body if its response is collected as
 * garbage.
 */
export class MessageReader<T extends object = never> {
  readonly #body: ByteStream
  /** Undefined if the body is locked by another reader. The first read fails then. */
  #reader: ByteReader | undefined
  readonly #decoder: MessageDecoder<T>
  #closed = false
  #failure: Error | undefined
  #passThrough: PassThrough | undefined
  #bytes: Uint8Array[] = []

  constructor(body: ByteStream, options: DecodeOptions, shortcut?: Shortcut<T>) {
    checkBody('body', body)
    this.#decoder = new MessageDecoder(options, shortcut)
    this.#body = body
    this.#lock()
  }

  /** The last event ID of the messages taken so far. Undefined before the first ID. */
  get lastEventId(): string | undefined {
    return this.#decoder.lastEventId
  }

  /** From here on, bytes that can be passed on are not decoded. {@link takeBytes} returns them. */
  passThrough(passThrough: PassThrough): void {
    this.#passThrough = passThrough
  }

  /** Returns the next bytes to pass on, or undefined if there are none. */
  takeBytes(): Uint8Array | undefined {
    return this.#bytes.shift()
  }

  /** Returns the next message that is framed, or undefined if there is none. @throws StreamProtocolError */
  take(): EventSourceMessage | T | undefined {
    return this.#decoder.take()
  }

  /**
   * Reads one more chunk. Resolves to false if the body has ended or is closed.
   *
   * @throws StreamInterruptedError, or the error that {@link fail} was called with
   */
  fill(): Promise<boolean> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#closed) return Promise.resolve(false)
    if (this.#reader === undefined) this.#lock()
    if (this.#reader === undefined) {
      const message = 'A body can be read once: this one is already being read'
      return Promise.reject(new StreamConsumedError(message))
    }
    return this.#reader.read().then(this.#onChunk, this.#onFailure)
  }

  readonly #onChunk = (result: ByteResult): boolean => {
    if (this.#failure !== undefined) throw this.#failure
    if (result.done) {
      this.#leave(true)
      return false
    }
    const chunk = bytesOf(result.value)
    if (this.#passThrough === undefined) {
      this.#decoder.push(chunk)
    } else {
      const { passing, toDecode } = this.#passThrough.split(chunk)
      this.#bytes = passing
      if (passing.length > 0) this.#decoder.begin()
      for (const bytes of toDecode) this.#decoder.push(bytes)
    }
    return true
  }

  readonly #onFailure = (error: unknown): boolean => {
    if (this.#failure !== undefined) throw this.#failure
    // Closing rejects a pending read. That is not a failure of the body.
    if (this.#closed) return false
    const cause = bodyCause(this.#body, error)
    this.close()
    throw errorFromThrown(cause, 'body')
  }

  /** Closes the body. A pending read fails with the error. */
  fail(error: Error): void {
    if (this.#closed) return
    this.#failure = error
    this.close()
  }

  /** Cancels the rest of the body, unlocks it and ends its request. A pending read resolves to false. */
  close(reason?: unknown): void {
    if (this.#closed) return
    // Cancelling is not awaited, because the source may never finish it. Its failure does not matter.
    this.#reader?.cancel(reason).catch(() => {})
    this.#leave(false)
  }

  #leave(isWhole: boolean): void {
    this.#closed = true
    this.#reader?.releaseLock()
    releaseBody(this.#body, isWhole)
  }

  #lock(): void {
    if (!this.#body.locked) this.#reader = this.#body.getReader()
  }
}

/** Returns the bytes of a chunk. @throws StreamProtocolError if it has none */
function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  if (!ArrayBuffer.isView(chunk)) {
    throw new StreamProtocolError(
      'The body must be bytes: pipe text through a TextEncoderStream first',
    )
  }
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
