import type { EventSourceMessage } from 'eventsource-parser'
import type { ByteStream } from '../lifetime/byte-stream.ts'
import { checkOptions } from '../lifetime/check-options.ts'
import { whenCollected } from '../lifetime/finalization.ts'
import { StreamConsumedError } from '../errors/stream-consumed-error.ts'
import { nameMethod } from '../lifetime/name-method.ts'
import { PullIterator } from '../lifetime/pull-iterator.ts'
import { decodeChecks, type DecodeOptions } from './message-decoder.ts'
import { MessageReader } from './message-reader.ts'

/** A message of a Server-Sent Events stream. */
export interface SseMessage {
  /** The name of the event. Absent means "message". */
  event?: string
  /** The data. LF separates its lines. */
  data: string
  /** The last event ID. A message without an ID of its own keeps the ID before it. Absent means `''`. */
  id?: string
}

/** The messages of a body, in order. They can only be read once. */
export interface EventMessages extends AsyncIterable<SseMessage> {
  /** The last event ID of the messages read so far, `''` if none. Send it as `Last-Event-ID` to reconnect. */
  readonly lastEventId: string
}

/**
 * Decodes a stream of Server-Sent Events into messages. Works with any protocol and any chunks.
 *
 * The body is locked at once and read only on demand. Leaving the loop early cancels the body. At the end the
 * body is unlocked in any case. An incomplete last message is dropped, as the standard says.
 *
 * @throws ConfigurationError if the body is not a ReadableStream or an option is wrong
 * @throws StreamProtocolError if an event is over `maxEventBytes` or a chunk is not bytes
 * @throws StreamInterruptedError if reading the body fails
 * @throws StreamConsumedError if something else reads the body, or if the messages are read twice
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
      throw new StreamConsumedError('Messages can be read once: these are already used')
    }
    this.#used = true
    return new PullIterator({
      ready: () => this.#ready(),
      wait: () => this.#wait(),
      leave: () => this.#end(),
    })
  }

  /** Returns the next message if it is already there. */
  #ready(): SseMessage | undefined {
    if (this.#isOver) return undefined
    try {
      const framed = this.#reader.take()
      return framed && standardMessage(framed)
    } catch {
      // The read that waits fails with the same error.
      return undefined
    }
  }

  async #wait(): Promise<IteratorResult<SseMessage, undefined>> {
    try {
      while (!this.#isOver) {
        const framed = this.#reader.take()
        if (framed !== undefined) return { done: false, value: standardMessage(framed) }
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

/** Returns a message without the fields that are empty. */
function standardMessage({ event, data, id }: EventSourceMessage): SseMessage {
  const message: SseMessage = { data }
  if (event) message.event = event
  if (id) message.id = id
  return message
}
