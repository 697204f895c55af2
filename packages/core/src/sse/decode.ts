import type { PlainBytes } from './plain-bytes.ts'
import { Utf8Chunks } from './utf8-chunks.ts'
import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser'
import { checkLimit } from '../check-limit.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { StreamConsumedError, StreamProtocolError } from '../errors/stream-error.ts'
import { connectionError } from '../errors/from-thrown.ts'

/** One Server-Sent Events message, of any protocol. */
export interface SseMessage {
  /** The event's name; absent means "message". */
  event?: string
  data: string
  /** The last event ID in effect at dispatch (it stays from message to message); absent means `''`. */
  id?: string
}

/** What {@link decodeEventStream} can be told. */
export interface DecodeOptions {
  /** Called with each reconnection time the server sets, in ms. */
  onRetry?: ((ms: number) => void) | undefined
  /** Called with each comment; without it, comments are skipped unbuffered. */
  onComment?: ((comment: string) => void) | undefined
  /**
   * Bytes one event may have. Default 64 MiB. What is still pending is limited to as many characters,
   * of up to three bytes each.
   */
  maxEventBytes?: number | undefined
}

/** The messages of a body, in order, read once. */
export interface EventMessages extends AsyncIterable<SseMessage> {
  /** The last event ID in effect, `''` if none: what a reconnect sends as `Last-Event-ID`. */
  readonly lastEventId: string
}

export const defaultMaxEventBytes: number = 64 * 2 ** 20

/**
 * Decodes Server-Sent Events of any protocol: bytes in any chunking, to messages.
 *
 * The body is locked by the first read and read only on demand. Leaving the loop early cancels it;
 * either way it is unlocked at the end. An unfinished last message is dropped, as the standard says.
 *
 * @throws ConfigurationError when there is no body
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
export function decodeEventStream(
  body: ReadableStream<Uint8Array>,
  options: DecodeOptions = {},
): EventMessages {
  const reader = new MessageReader(body, options)
  let used = false
  return {
    get lastEventId() {
      return reader.lastEventId
    },
    [Symbol.asyncIterator]: () => {
      if (used) throw new StreamConsumedError('These messages are already read: they are read once')
      used = true
      return readMessages(reader)
    },
  }
}

async function* readMessages(reader: MessageReader): AsyncGenerator<SseMessage, void, undefined> {
  try {
    do {
      for (let framed = reader.take(); framed; framed = reader.take()) yield toMessage(framed)
    } while (await reader.fill())
  } finally {
    reader.close()
  }
}

/** Reads the most common block of a stream without the parser. */
export interface Shortcut<T extends object> {
  /** Whether it can read any yet. */
  readonly isKnown: boolean
  /** Whether it may once the messages there are have been looked at. */
  readonly isLearning: boolean
  /** Behind the block that was read last. */
  readonly end: number
  /** What a whole block, its blank line included, is; undefined where only the parser can tell. */
  read(text: string, at: number): T | undefined
}

/** As the standard has it: what is not there is absent. */
function toMessage({ event, data, id }: EventSourceMessage): SseMessage {
  const message: SseMessage = { data }
  if (event) message.event = event
  if (id) message.id = id
  return message
}

/**
 * Reads a body chunk by chunk and hands out its messages one by one. The messages of a chunk are
 * framed at once; no chunk is read before it is asked for.
 */
export class MessageReader<T extends object = never> {
  readonly #body: ReadableStream<Uint8Array>
  readonly #decoder: MessageDecoder<T>
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #closed = false
  #plain: PlainBytes | undefined
  #bytes: Uint8Array[] = []

  constructor(body: ReadableStream<Uint8Array>, options: DecodeOptions, shortcut?: Shortcut<T>) {
    if (typeof body?.getReader !== 'function') {
      throw new ConfigurationError('The body must be a ReadableStream: a response may have none')
    }
    this.#body = body
    this.#decoder = new MessageDecoder(options, shortcut)
  }

  get lastEventId(): string {
    return this.#decoder.lastEventId
  }

  /** From here on bytes that need no look are not decoded, and come from `takeBytes`. */
  passThrough(plain: PlainBytes): void {
    this.#plain = plain
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
    try {
      if (this.#closed) return Promise.resolve(false)
      this.#reader ??= this.#lock()
    } catch (error) {
      return Promise.reject(error)
    }
    return this.#reader.read().then(this.#onChunk, this.#onFailure)
  }

  readonly #onChunk = (result: { done: boolean; value?: Uint8Array | undefined }): boolean => {
    if (result.value === undefined) {
      this.close()
      return false
    }
    if (this.#plain === undefined) {
      this.#decoder.push(result.value)
    } else {
      const { plain, encoded } = this.#plain.split(result.value)
      this.#bytes = plain
      for (const bytes of encoded) this.#decoder.push(bytes)
    }
    return true
  }

  readonly #onFailure = (error: unknown): boolean => {
    // A reader closed meanwhile rejects its read, which is no failure of the body.
    if (this.#closed) return false
    this.close()
    throw connectionError(error, 'body')
  }

  /** Cancels what is left of the body and unlocks it. A read under way ends. */
  close(reason?: unknown): void {
    if (this.#closed) return
    this.#closed = true
    // Not awaited: the source's own clean-up may take for ever, and its failure is nobody's.
    if (this.#reader) {
      this.#reader.cancel(reason).catch(() => {})
      this.#reader.releaseLock()
    } else if (!this.#body.locked) {
      this.#body.cancel(reason).catch(() => {})
    }
  }

  #lock(): ReadableStreamDefaultReader<Uint8Array> {
    if (this.#body.locked) {
      throw new StreamConsumedError('This body is already being read: a body is read once')
    }
    return this.#body.getReader()
  }
}

const blankLine = '\n\n'
/** Room, in characters, for a field's name and the short lines beside an event's data. */
const lineOverhead = 64

class MessageDecoder<T extends object> {
  /** As far as messages were taken: a reader who comes back behind it must miss none. */
  lastEventId = ''
  /** As far as they are framed. */
  #framedId = ''
  readonly #utf8 = new Utf8Chunks()
  readonly #parser: EventSourceParser
  #started = false
  /** The parser's own, their `id` the last event ID in effect. */
  #messages: (EventSourceMessage | T)[] = []
  #next = 0
  #failure: StreamProtocolError | undefined
  readonly #maxEventBytes: number
  readonly #shortcut: Shortcut<T> | undefined
  /** The chunk that came last, and how much of it is framed. */
  #text = ''
  #at = 0
  /** Whether what comes next begins an event. */
  #isBetween = false

  constructor(options: DecodeOptions, shortcut: Shortcut<T> | undefined) {
    this.#shortcut = shortcut
    const { maxEventBytes = defaultMaxEventBytes } = options
    checkLimit('maxEventBytes', maxEventBytes)
    this.#maxEventBytes = maxEventBytes
    this.#parser = createParser({
      onEvent: (message) => {
        if (this.#failure) return
        const { event, data } = message
        // The parser's own limit sees only what is pending between chunks; how large an event may
        // be must not depend on how the bytes were cut.
        if (isLonger(data, maxEventBytes) || (event && isLonger(event, maxEventBytes))) {
          return this.#fail()
        }
        message.id = this.#framedId
        this.#messages.push(message)
      },
      onId: (id) => {
        if (isLonger(id, maxEventBytes)) this.#fail()
        else if (!this.#failure) this.#framedId = id
      },
      onRetry: options.onRetry,
      onComment: options.onComment,
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') this.#fail()
      },
      maxBufferSize: maxEventBytes + lineOverhead,
    })
    // The parser strips a byte order mark of its own accord, decoded or not. The standard allows
    // one, and it is taken off below; a blank line, which means nothing, uses up the parser's rule.
    this.#parser.feed('\n')
  }

  push(chunk: Uint8Array): void {
    if (this.#failure) return
    if (!ArrayBuffer.isView(chunk)) {
      throw new StreamProtocolError(
        'The body must give bytes: pipe text through a TextEncoderStream first',
      )
    }
    let text = this.#utf8.decode(chunk)
    if (!this.#started && text !== '') {
      this.#started = true
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    // Nothing is left where chunks are pushed one at a time, as they are asked for.
    this.#text = this.#text.slice(this.#at) + text
    this.#at = 0
    this.#frame()
  }

  /** Frames the rest of the chunk, or as little of it as the shortcut has to see before it can help. */
  #frame(): void {
    const shortcut = this.#shortcut
    if (shortcut === undefined) {
      this.#feed(this.#text.length)
      return
    }
    const text = this.#text
    while (this.#at < text.length && this.#failure === undefined) {
      // Where events have ids, the parser keeps track of them.
      const canRead = this.#isBetween && this.#framedId === '' && shortcut.isKnown
      const item = canRead ? shortcut.read(text, this.#at) : undefined
      if (item !== undefined && (shortcut.end - this.#at) * 3 <= this.#maxEventBytes) {
        this.#messages.push(item)
        this.#at = shortcut.end
        continue
      }
      const blank = text.indexOf(blankLine, this.#at)
      this.#feed(blank === -1 ? text.length : blank + blankLine.length)
      if (shortcut.isLearning && this.#messages.length > 0) return
    }
  }

  #feed(end: number): void {
    const text = this.#text.slice(this.#at, end)
    this.#at = end
    if (text === '') return
    this.#parser.feed(text)
    this.#isBetween = text.endsWith(blankLine)
  }

  #fail(): void {
    this.#failure ??= new StreamProtocolError(
      `An event is over the limit of ${this.#maxEventBytes} bytes (option \`maxEventBytes\`)`,
    )
  }

  take(): EventSourceMessage | T | undefined {
    let message = this.#messages[this.#next]
    if (message === undefined && this.#at < this.#text.length) {
      this.#messages = []
      this.#next = 0
      this.#frame()
      message = this.#messages[0]
    }
    if (message !== undefined) {
      this.#next += 1
      this.lastEventId = 'id' in message ? (message.id ?? '') : ''
      return message
    }
    this.lastEventId = this.#framedId
    if (this.#next > 0) {
      this.#messages = []
      this.#next = 0
    }
    if (this.#failure) throw this.#failure
    return undefined
  }
}

/** Whether text has more than so many bytes as UTF-8; counts only where the length leaves a doubt. */
function isLonger(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false
  return text.length > bytes || new TextEncoder().encode(text).byteLength > bytes
}
