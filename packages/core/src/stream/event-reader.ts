import type { EventSourceMessage } from 'eventsource-parser'
import type { ByteStream } from '../lifetime/byte-stream.ts'
import type { Secrets } from '../errors/clean.ts'
import { StreamInterruptedError } from '../errors/connection-error.ts'
import { apiError, isErrorPayload } from '../errors/from-wire.ts'
import { parseJson } from '../events/json.ts'
import { StreamProtocolError } from '../errors/stream-error.ts'
import type { StreamSource } from './stream-source.ts'
import type { StreamEvent, TextEvent } from '../events/stream-event.ts'
import { eventFromWire } from '../events/wire.ts'
import { isRecord } from '../events/json.ts'
import type { StreamResponse } from '../http/response.ts'
import { MessageReader } from '../sse/decode.ts'
import { type DecodeOptions, eventBytesLimit } from '../sse/message-decoder.ts'
import { PassThroughBytes } from './pass-through-bytes.ts'
import { TextShape } from './text-shape.ts'
import { within } from '../lifetime/timers.ts'
import { type WaitLimits, Watchdog } from './watchdog.ts'

/** After an answer is complete, this much more is read, this long, to free the connection for reuse. */
const drainLimits = { chunks: 8, ms: 100 }

/** By default, there are no limits on waiting. */
export interface EventReaderOptions extends DecodeOptions, Partial<WaitLimits> {
  /** Removed from all texts of the server. */
  secrets?: Secrets
}

/** A body of VecTrade's protocol as events: where an answer ends, and which messages are errors. */
export class EventReader implements StreamSource {
  readonly response: StreamResponse
  readonly cut = false
  readonly #messages: MessageReader<TextEvent>
  readonly #watchdog: Watchdog
  readonly #secrets: Secrets
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
    this.#maxEventBytes = options.maxEventBytes ?? eventBytesLimit.default
  }

  get lastEventId(): string {
    return this.givenId ?? ''
  }

  /** The last event ID of this body: undefined before the first one, `''` after an empty one. */
  get givenId(): string | undefined {
    return this.#messages.lastEventId
  }

  get complete(): boolean {
    return this.#complete
  }

  passThrough(): void {
    this.#isPassingThrough = true
    this.#messages.passThrough(new PassThroughBytes(this.#maxEventBytes))
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

  /** Closes the connection. A `fill` under way fails with the error. */
  fail(error: Error): void {
    this.#watchdog.stop()
    this.#messages.fail(error)
  }

  /**
   * Reads on to the end of the body, which is what lets HTTP/1.1 use the connection again, but not
   * far and not for long: a server may keep the socket open, or send what nobody asked for.
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
      // The answer is complete; how its connection ends is of no interest any more.
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
      if (event === 'nothing') continue
      this.#complete = event === 'end' || event.type === 'done'
      if (event === 'end') return undefined
      this.#shape.note(message.data, event)
      return event
    }
  }

  /** Reads a message as an event. `end` ends the answer; `nothing` is a frame that carries no event. */
  #read(message: EventSourceMessage): StreamEvent | 'end' | 'nothing' {
    const { data, event: name = '' } = message
    const isNamed = name !== '' && name !== 'message' && name !== 'error'
    if (data === '[DONE]' && name !== 'error') return 'end'
    const wire = parseJson(data)
    // A priming event, or a ping: other protocols and proxies put such frames between the events.
    if (wire === undefined && data.trim() === '') return 'nothing'
    const isError = name === 'error' || (isRecord(wire) && wire['type'] === 'error')
    if (isError || (!isNamed && isErrorPayload(wire))) throw this.#error(wire)
    if (wire !== undefined) return eventFromWire(wire, name)
    if (isNamed) return eventFromWire(data, name)
    throw new StreamProtocolError(
      `An event (${data.length} characters) is not JSON: is \`baseURL\` VecTrade's API?`,
      { requestId: this.response.requestId },
    )
  }

  #error(wire: unknown): Error {
    const { headers, requestId } = this.response
    // A server that keeps streams says this about one whose writer is gone.
    if (typeOf(wire) === 'stream_interrupted') return new StreamInterruptedError({ requestId })
    return apiError(wire, { headers, requestId, secrets: this.#secrets })
  }
}

function typeOf(wire: unknown): unknown {
  return isRecord(wire) && isRecord(wire['error']) ? wire['error']['type'] : undefined
}
