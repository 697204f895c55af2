import type { EventSourceMessage } from 'eventsource-parser'
import type { ByteStream } from '../lifetime/byte-stream.ts'
import type { Secrets } from '../errors/clean.ts'
import { StreamInterruptedError } from '../errors/connection-error.ts'
import { errorFromWire, isErrorPayload } from '../errors/error-from-wire.ts'
import { isRecord, parseJson } from '../events/json.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import type { StreamSource } from './stream-source.ts'
import type { OwnEvents } from '../events/own-event.ts'
import type { StreamEvent, TextEvent } from '../events/stream-event.ts'
import { eventFromWire } from '../events/wire.ts'
import type { StreamResponse } from '../http/stream-response.ts'
import { eventBytesLimit } from '../sse/event-limit.ts'
import type { DecodeOptions } from '../sse/message-decoder.ts'
import { MessageReader } from '../sse/message-reader.ts'
import { PassThroughBytes } from './pass-through-bytes.ts'
import { TextShape } from './text-shape.ts'
import { within } from '../lifetime/timers.ts'
import { type WaitLimits, Watchdog } from './watchdog.ts'

/** How much is read after a complete answer, and for how long, so that its connection can be used again. */
const drainLimits = { chunks: 8, ms: 100 }

/** How to read a body. By default, there are no limits on waiting. */
export interface EventReaderOptions extends DecodeOptions, Partial<WaitLimits> {
  /** Removed from what the server says in errors. */
  secrets?: Secrets | undefined
  /** Recognizes the events of the program's own types. */
  ownEvents?: OwnEvents | undefined
}

/** Reads a body as VecTrade's events. It knows which messages end an answer and which ones are errors. */
export class EventReader implements StreamSource {
  readonly response: StreamResponse
  readonly cut = false
  /** Recognizes the events of the program's own types. */
  ownEvents: OwnEvents | undefined
  readonly #messages: MessageReader<TextEvent>
  readonly #watchdog: Watchdog
  readonly #secrets: Secrets | undefined
  readonly #shape = new TextShape()
  readonly #maxEventBytes: number
  #isPassingThrough = false
  #complete = false

  constructor(body: ByteStream, response: StreamResponse, options: EventReaderOptions = {}) {
    const { idleTimeout = 0, heartbeatTimeout = 0 } = options
    this.response = response
    this.#watchdog = new Watchdog({ idleTimeout, heartbeatTimeout }, (error) => this.fail(error))
    this.#messages = new MessageReader(body, options, this.#shape)
    this.#secrets = options.secrets
    this.ownEvents = options.ownEvents
    this.#maxEventBytes = options.maxEventBytes ?? eventBytesLimit.default
  }

  get lastEventId(): string {
    return this.givenId ?? ''
  }

  /** The last event ID of this body. Undefined before the first one, `''` after an empty one. */
  get givenId(): string | undefined {
    return this.#messages.lastEventId
  }

  get complete(): boolean {
    return this.#complete
  }

  passThrough(): void {
    this.#isPassingThrough = true
    this.#messages.passThrough(new PassThroughBytes(this.#maxEventBytes, this.#shape))
  }

  take(): StreamEvent | Uint8Array | undefined {
    const event = this.#complete ? undefined : this.#next()
    if (event === undefined) this.#watchdog.onBytes()
    else this.#watchdog.onEvent()
    return event
  }

  fill(): Promise<boolean> {
    this.#watchdog.begin()
    return this.#messages.fill()
  }

  close(reason?: unknown): void {
    this.#watchdog.stop()
    this.#messages.close(reason)
  }

  /** Closes the connection. A pending `fill` rejects with the error. */
  fail(error: Error): void {
    this.#watchdog.stop()
    this.#messages.fail(error)
  }

  /**
   * Reads the rest of the body, because HTTP/1.1 can use the connection again only after that. Stops after a
   * few chunks or a short time, because a server may send more or keep the socket open.
   */
  async drain(): Promise<void> {
    this.#watchdog.stop()
    const deadline = performance.now() + drainLimits.ms
    try {
      for (let chunks = 0; chunks < drainLimits.chunks; chunks += 1) {
        const left = Math.max(1, deadline - performance.now())
        if (!(await within(this.#messages.fill(), left))) break
      }
    } catch {
      // The answer is complete, so a failure of its connection no longer matters.
    } finally {
      this.#messages.close()
    }
  }

  #next(): StreamEvent | Uint8Array | undefined {
    if (this.#isPassingThrough) {
      const bytes = this.#messages.takeBytes()
      if (bytes !== undefined) return bytes
    }
    for (;;) {
      const message = this.#messages.take()
      if (message === undefined || 'type' in message) return message
      const event = this.#read(message)
      if (event === 'none') continue
      this.#complete = event === 'end' || event.type === 'done'
      if (event === 'end') return undefined
      this.#shape.learn(message.data, event)
      return event
    }
  }

  /** Returns the event of a message, `end` if the message ends the answer, or `none` if it has no event. */
  #read(message: EventSourceMessage): StreamEvent | 'end' | 'none' {
    const { data, event: name = '' } = message
    const isNamed = name !== '' && name !== 'message' && name !== 'error'
    if (data === '[DONE]' && name !== 'error') return 'end'
    const wire = parseJson(data)
    // Proxies and servers of other protocols send empty messages, for example as a ping.
    if (wire === undefined && data.trim() === '') return 'none'
    const isError = name === 'error' || (isRecord(wire) && wire['type'] === 'error')
    if (isError || (!isNamed && isErrorPayload(wire))) throw this.#error(wire)
    if (wire !== undefined || isNamed) {
      const event = eventFromWire(wire === undefined ? data : wire, name)
      return (event.type === 'unknown' && this.ownEvents?.read(event)) || event
    }
    throw new StreamProtocolError(
      `A message (${data.length} characters) is not JSON. Is \`baseURL\` VecTrade's API?`,
      { requestId: this.response.requestId },
    )
  }

  #error(wire: unknown): Error {
    const { headers, requestId } = this.response
    const error = errorFromWire(wire, { headers, requestId, secrets: this.#secrets })
    // A server that stores streams sends this if the producer of the stream is gone.
    return error.type === 'stream_interrupted' ? new StreamInterruptedError({ requestId }) : error
  }
}
