import { StreamInterruptedError } from '../errors/connection-error.ts'
import { errorFromWire, isErrorPayload } from '../errors/error-from-wire.ts'
import type { Secrets } from '../errors/clean.ts'
import { parseJson } from '../events/json.ts'
import type { LiveEvent } from '../events/live-event.ts'
import { liveEventFromWire } from '../events/live-event-from-wire.ts'
import type { ByteStream } from '../lifetime/byte-stream.ts'
import { isSendableId } from '../options/last-event-id.ts'
import { MessageReader } from '../sse/message-reader.ts'
import { Watchdog } from '../stream/watchdog.ts'

/** An event, and the last id of the connection so far, `''` if there was none. Without an event, only the id is new. */
export interface LiveMessage {
  event: LiveEvent | undefined
  id: string
}

/** How to read a connection. */
export interface SseReadingOptions {
  heartbeatTimeout: number
  maxEventBytes: number
  secrets: Secrets
  onRetry: (ms: number) => void
}

/** One connection of a feed over Server-Sent Events. */
export class SseReading {
  readonly #messages: MessageReader
  readonly #watchdog: Watchdog
  readonly #secrets: Secrets
  /** The id of the last message that was returned. */
  #id = ''

  constructor(body: ByteStream, options: SseReadingOptions) {
    const { heartbeatTimeout, secrets, ...decoding } = options
    this.#messages = new MessageReader(body, decoding)
    this.#secrets = secrets
    this.#watchdog = new Watchdog({ idleTimeout: 0, heartbeatTimeout }, (error) => this.fail(error))
  }

  /** Returns the next message, or undefined if the server has ended the connection, or this side has closed it. */
  async next(): Promise<LiveMessage | undefined> {
    for (;;) {
      const message = this.#messages.take()
      const given = this.#messages.lastEventId ?? ''
      // No request can ask for what comes after any other id.
      const id = isSendableId(given) ? given : ''
      const event = message && this.#read(message.data, message.event)
      if (event !== undefined || id !== this.#id) {
        this.#id = id
        return { event, id }
      }
      if (message !== undefined) continue
      this.#watchdog.begin()
      const isOpen = await this.#messages.fill()
      this.#watchdog.onBytes()
      if (!isOpen) return undefined
    }
  }

  /** Closes the connection. A pending `next` fails with the error. */
  fail(error: Error): void {
    this.#watchdog.stop()
    this.#messages.fail(error)
  }

  close(): void {
    this.#watchdog.stop()
    this.#messages.close()
  }

  /** @throws APIError if the message is an error */
  #read(data: string, name = ''): LiveEvent | undefined {
    const wire = parseJson(data)
    if (wire === undefined && data.trim() === '') return undefined
    if (name === 'error' || isErrorPayload(wire))
      throw errorFromWire(wire, { secrets: this.#secrets })
    return liveEventFromWire(wire === undefined ? data : wire, name)
  }
}

/** The error of a connection that the server has closed. */
export function connectionLost(): StreamInterruptedError {
  return new StreamInterruptedError({ retryable: true })
}
