import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser'
import { wholeNumber } from '../lifetime/check-limit.ts'
import { checkFunction, type Checks, type Limit } from '../lifetime/check-options.ts'
import { StreamProtocolError } from '../errors/stream-error.ts'
import { encodeUtf8 } from './utf8.ts'
import { Utf8Chunks } from './utf8-chunks.ts'

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

export const eventBytesLimit: Limit = /* @__PURE__ */ wholeNumber(64 * 2 ** 20, 1)

export const decodeChecks: Checks<DecodeOptions> = {
  onRetry: checkFunction,
  onComment: checkFunction,
  maxEventBytes: eventBytesLimit,
}

/** Reads the most common block of a stream without the parser. */
export interface Shortcut<T extends object> {
  /** Whether it can read any yet. */
  canRead(): boolean
  /** Whether it may once the messages there are have been looked at. */
  readonly isLearning: boolean
  /** Behind the block that was read last. */
  readonly end: number
  /** What a whole block, its blank line included, is; undefined where only the parser can tell. */
  read(text: string, at: number): T | undefined
}

const blankLine = '\n\n'
/** Room, in characters, for a field's name and the short lines beside an event's data. */
const lineOverhead = 64

/** Bytes in, messages out: those that a chunk completes, framed as they are taken. */
export class MessageDecoder<T extends object> {
  /**
   * The last event ID of the messages taken so far. A reader that resumes after it misses no message.
   * Undefined before the first ID, `''` after an empty one.
   */
  lastEventId: string | undefined
  /** The last event ID of the messages framed so far. */
  #framedId: string | undefined
  readonly #utf8 = new Utf8Chunks()
  readonly #parser: EventSourceParser
  #started = false
  /** The parser's own, their `id` the last event ID in effect. */
  #messages: EventSourceMessage[] = []
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
    const { maxEventBytes = eventBytesLimit.default } = options
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
    // The parser strips a byte order mark of its own accord, decoded or not. The standard allows
    // one, and it is taken off below; a blank line, which means nothing, uses up the parser's rule.
    this.#parser.feed('\n')
  }

  /** The beginning has been passed on: what comes is in the midst of a stream. */
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
    // Nothing is left where chunks are pushed one at a time, as they are asked for.
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
    this.#failure ??= new StreamProtocolError(
      `An event is over the limit of ${this.#maxEventBytes} bytes (option \`maxEventBytes\`)`,
    )
  }

  /** The next message; undefined when another chunk must come first. @throws StreamProtocolError */
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
        // The ID of an event that is refused is not one that was read.
        if (this.#failure !== undefined) throw this.#failure
        this.lastEventId = this.#framedId
        // A stream that waits keeps no chunk.
        this.#text = ''
        this.#at = 0
        return undefined
      }
      const item = this.#frameNext()
      if (item !== undefined) return item
    }
  }

  /**
   * Frames what comes next: one event by the shortcut, which is given back, or as much by the parser,
   * whose messages queue up, as the shortcut cannot help with.
   */
  #frameNext(): T | undefined {
    const shortcut = this.#shortcut
    const text = this.#text
    // Where events have ids, the parser keeps track of them, to the end of the chunk.
    const isShort = shortcut !== undefined && !this.#framedId
    const canRead = isShort && shortcut.canRead()
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

/** Whether text has more than so many bytes as UTF-8; counts only where the length leaves a doubt. */
function isLonger(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false
  return text.length > bytes || encodeUtf8(text).byteLength > bytes
}
