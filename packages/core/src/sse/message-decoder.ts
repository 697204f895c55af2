import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser'
import { checkFunction, type Checks } from '../lifetime/check-options.ts'
import type { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import { eventBytesLimit, isLonger, overLimit } from './event-limit.ts'
import { Utf8Chunks } from './utf8-chunks.ts'

/** The options of `decodeEventStream`. */
export interface DecodeOptions {
  /** Called with each reconnection time that the server sends, in ms. */
  onRetry?: ((ms: number) => void) | undefined
  /** Called with each comment. Default: comments are skipped without being buffered. */
  onComment?: ((comment: string) => void) | undefined
  /**
   * The most bytes that the data, the name or the ID of one message may have. An incomplete message is limited
   * by the same number of characters, each of up to three bytes. Default 64 MiB.
   */
  maxEventBytes?: number | undefined
}

export const decodeChecks: Checks<DecodeOptions> = {
  onRetry: checkFunction,
  onComment: checkFunction,
  maxEventBytes: eventBytesLimit,
}

/** Reads the most common messages of a stream without the parser. */
export interface Shortcut<T extends object> {
  /** Whether it can already read messages. */
  readonly canRead: boolean
  /** Whether it may be able to after it has seen more messages. */
  readonly isLearning: boolean
  /** The end of the message that was read last, in the text. */
  readonly end: number
  /** Reads the message at a position, with its blank line. Returns undefined if the parser must read it. */
  read(text: string, at: number): T | undefined
}

const blankLine = '\n\n'
/** Characters for the name of a field and for the short lines beside the data of a message. */
const lineOverhead = 64

/** Decodes bytes into messages. Each message is framed when it is taken. */
export class MessageDecoder<T extends object> {
  /**
   * The last event ID of the messages taken so far. A reader that resumes after it misses no message. It is
   * undefined before the first ID and `''` after an empty one.
   */
  lastEventId: string | undefined
  /** The last event ID of the messages framed so far. */
  #framedId: string | undefined
  readonly #utf8 = new Utf8Chunks()
  readonly #parser: EventSourceParser
  #started = false
  /** The messages of the parser. Their `id` is the last event ID. */
  #messages: EventSourceMessage[] = []
  #next = 0
  #failure: StreamProtocolError | undefined
  readonly #maxEventBytes: number
  readonly #shortcut: Shortcut<T> | undefined
  /** The text of the last chunk. */
  #text = ''
  /** The end of the framed part of the text. */
  #at = 0
  /** Whether the rest of the text begins with a new message. */
  #isBetween = false

  constructor(options: DecodeOptions, shortcut: Shortcut<T> | undefined) {
    this.#shortcut = shortcut
    const { maxEventBytes = eventBytesLimit.default } = options
    this.#maxEventBytes = maxEventBytes
    this.#parser = createParser({
      onEvent: (message) => {
        if (this.#failure) return
        const { event, data } = message
        // The parser limits only incomplete messages. The limit must not depend on how the bytes are chunked.
        if (isLonger(data, maxEventBytes) || (event && isLonger(event, maxEventBytes))) {
          return this.#fail()
        }
        if (this.#framedId !== undefined) message.id = this.#framedId
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
    // At the start of its input, the parser removes a byte order mark: U+FEFF, or the three characters U+00EF,
    // U+00BB and U+00BF. The three characters are text here, so the parser must not remove them. A blank line
    // has no effect, and after it the parser is no longer at the start. `push` removes U+FEFF instead.
    this.#parser.feed('\n')
  }

  /** Tells the decoder that the first bytes of the stream were passed on. No byte order mark can follow. */
  begin(): void {
    this.#started = true
  }

  push(chunk: Uint8Array): void {
    if (this.#failure) return
    let text = this.#utf8.decode(chunk)
    if (!this.#started && text !== '') {
      this.#started = true
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    // Usually nothing is left of the last chunk, because chunks are read on demand.
    this.#text = this.#text.slice(this.#at) + text
    this.#at = 0
  }

  #feed(end: number): void {
    const text = this.#text.slice(this.#at, end)
    this.#at = end
    if (text === '') return
    this.#parser.feed(text)
    this.#isBetween = text.endsWith(blankLine)
  }

  #fail(): void {
    this.#failure ??= overLimit(this.#maxEventBytes)
  }

  /** Returns the next message, or undefined if it needs another chunk. @throws StreamProtocolError */
  take(): EventSourceMessage | T | undefined {
    for (;;) {
      const message = this.#messages[this.#next]
      if (message !== undefined) {
        this.#next += 1
        this.lastEventId = message.id
        return message
      }
      if (this.#next > 0) {
        this.#messages = []
        this.#next = 0
      }
      if (this.#failure !== undefined || this.#at === this.#text.length) {
        // The ID of a refused message must not count as read.
        if (this.#failure !== undefined) throw this.#failure
        this.lastEventId = this.#framedId
        // A stream that waits does not hold its last chunk.
        this.#text = ''
        this.#at = 0
        return undefined
      }
      const item = this.#frameNext()
      if (item !== undefined) return item
    }
  }

  /**
   * Frames the next part of the text. Returns the message if the shortcut can read it. Otherwise the parser
   * reads up to the end of the message, or to the end of the text if the shortcut cannot help with the rest.
   */
  #frameNext(): T | undefined {
    const shortcut = this.#shortcut
    const text = this.#text
    // If messages have IDs, only the parser reads, because it keeps track of them.
    const isShort = shortcut !== undefined && !this.#framedId
    const canRead = isShort && shortcut.canRead
    if (canRead && this.#isBetween) {
      const item = shortcut.read(text, this.#at)
      if (item !== undefined && (shortcut.end - this.#at) * 3 <= this.#maxEventBytes) {
        this.#at = shortcut.end
        return item
      }
    }
    const blank =
      canRead || (isShort && shortcut.isLearning) ? text.indexOf(blankLine, this.#at) : -1
    this.#feed(blank === -1 ? text.length : blank + blankLine.length)
    return undefined
  }
}
