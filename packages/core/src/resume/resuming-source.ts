import { StreamInterruptedError, TimeoutError } from '../errors/connection-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import type { EventReader } from '../stream/event-reader.ts'
import type { StreamSource } from '../stream/stream-source.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import type { Network } from '../options/runtime.ts'
import type { StreamResponse } from '../http/response.ts'
import { within } from '../lifetime/timers.ts'
import type { WaitLimits } from '../stream/watchdog.ts'
import { isSendableId } from '../options/last-event-id.ts'
import { Position } from './position.ts'
import type { Reconnection } from './reconnection.ts'

/** One connection to a stream. */
export interface Connected {
  response: StreamResponse
  /** Undefined where nothing is left of the stream. */
  reader: EventReader | undefined
}

/** How a stream is reached at its endpoint. */
export interface StreamEndpoint {
  id: string
  /** Reads on behind an event, the first time or again. @throws what no other attempt would mend */
  connect(lastEventId: string, problem?: VecTradeError): Promise<Connected>
  stop(): Promise<void>
}

export interface ResumingSettings extends WaitLimits {
  network: Network | undefined
}

/** Without a byte for longer than this, a connection that a program was asleep on is not trusted. */
const staleAfter = 20_000

/**
 * The events of a stream that its endpoint keeps, over as many connections as it takes: every event
 * once and in order. What ends it is its end, an error that another attempt would meet again, or
 * too many attempts without a new event between them.
 */
export class ResumingSource implements StreamSource {
  readonly id: string
  readonly watched = true
  readonly cut = false
  readonly #endpoint: StreamEndpoint
  readonly #settings: ResumingSettings
  readonly #reconnection: Reconnection
  readonly #offWake: (() => void) | undefined
  #connected: Connected
  readonly #position: Position
  /** Whether an event has been read, here or before the stream was resumed. */
  #hasRead: boolean
  /** ms that the caller has waited since there was progress, over all connections. */
  #waited = 0
  /** Whether a connection was given up that may have been sound. */
  #isDropped = false
  #lastByte = performance.now()
  #isClosed = false

  constructor(
    endpoint: StreamEndpoint,
    connected: Connected,
    lastEventId: string,
    settings: ResumingSettings,
    reconnection: Reconnection,
  ) {
    this.id = endpoint.id
    this.#endpoint = endpoint
    this.#connected = connected
    this.#position = new Position(lastEventId)
    this.#hasRead = lastEventId !== ''
    this.#settings = settings
    this.#reconnection = reconnection
    this.#offWake = settings.network?.onWake((isNew) => this.#onWake(isNew))
  }

  get response(): StreamResponse {
    return this.#connected.response
  }

  get lastEventId(): string {
    return this.#position.id
  }

  get complete(): boolean {
    return this.#connected.reader?.complete ?? true
  }

  take(): ReturnType<StreamSource['take']> {
    for (;;) {
      const event = this.#connected.reader?.take()
      const id = this.#connected.reader?.givenId
      if (event === undefined) {
        this.#position.passFrame(id)
        return undefined
      }
      const step = this.#position.passEvent(id)
      if (step === 'repeated') continue
      this.#hasRead = true
      if (step !== 'greeting') this.#waited = 0
      if (step === 'forward') this.#reconnection.progressed()
      return event
    }
  }

  async fill(): Promise<boolean> {
    if (this.complete) return false
    const problem = await this.#bytes()
    if (this.#isClosed) return false
    if (problem !== undefined && !this.complete) await this.#reconnect(problem)
    return true
  }

  close(reason?: unknown): void {
    this.#isClosed = true
    this.#offWake?.()
    this.#connected.reader?.close(reason)
  }

  stop(): Promise<void> {
    return this.#endpoint.stop()
  }

  async drain(): Promise<void> {
    this.#offWake?.()
    await this.#connected.reader?.drain()
  }

  /** Whether another connection can continue from here. A connection without an ID gets the whole stream. */
  get #canResume(): boolean {
    const { id } = this.#position
    return id === '' ? !this.#hasRead : isSendableId(id)
  }

  /** Reads on; gives what is wrong with the connection, if anything. @throws TimeoutError (`idle`) */
  async #bytes(): Promise<VecTradeError | undefined> {
    const { heartbeatTimeout, idleTimeout } = this.#settings
    const idleLeft = idleTimeout === 0 ? Infinity : Math.max(1, idleTimeout - this.#waited)
    const silence = heartbeatTimeout || Infinity
    const start = performance.now()
    let isSilent = false
    try {
      const filling = this.#connected.reader?.fill() ?? Promise.resolve(false)
      const more = await within(markHandled(filling), Math.min(silence, idleLeft))
      this.#lastByte = performance.now()
      if (more) return undefined
      if (more === false) return new StreamInterruptedError()
      isSilent = true
    } catch (error) {
      if (VecTradeError.isInstance(error) && error.retryable) return error
      throw error
    } finally {
      // Time without a connection, or on one that was dead, says nothing about the server.
      if (!isSilent && !this.#isDropped) this.#waited += performance.now() - start
    }
    if (idleLeft < silence) throw new TimeoutError('idle', idleTimeout)
    return new TimeoutError('heartbeat', heartbeatTimeout)
  }

  async #reconnect(problem: VecTradeError): Promise<void> {
    this.#connected.reader?.close()
    if (!this.#canResume) throw new StreamInterruptedError({ cause: problem })
    const cause = this.#isDropped ? undefined : problem
    this.#connected = await this.#endpoint.connect(this.#position.id, cause)
    // What was still on its way when the stream ended.
    if (this.#isClosed) this.#connected.reader?.close()
    this.#isDropped = false
    this.#position.reconnected()
    this.#lastByte = performance.now()
  }

  #onWake(isNew: boolean): void {
    const isStale = performance.now() - this.#lastByte > staleAfter
    if ((!isNew && !isStale) || !this.#canResume) return
    // Its read ends, and what reads it connects anew, at once.
    this.#isDropped = true
    this.#connected.reader?.close()
  }
}
