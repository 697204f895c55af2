import { StreamInterruptedError, TimeoutError } from '../errors/connection-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import type { EventReader } from '../stream/event-reader.ts'
import type { StreamSource } from '../stream/stream-source.ts'
import type { Network } from '../options/runtime.ts'
import type { StreamResponse } from '../http/response.ts'
import { type WaitLimits, Watchdog } from '../stream/watchdog.ts'
import { isSendableId } from '../options/last-event-id.ts'
import { Position } from './position.ts'
import type { Reconnection } from './reconnection.ts'

/** One connection to a stream. */
export interface StreamConnection {
  response: StreamResponse
  /** Undefined where nothing is left of the stream. */
  reader: EventReader | undefined
}

/** How a stream is reached at its endpoint. */
export interface StreamEndpoint {
  id: string
  /** Reads on behind an event, the first time or again. @throws what no other attempt would mend */
  connect(lastEventId: string, problem?: VecTradeError): Promise<StreamConnection>
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
  readonly cut = false
  readonly #endpoint: StreamEndpoint
  readonly #watchdog: Watchdog
  readonly #reconnection: Reconnection
  readonly #offWake: (() => void) | undefined
  #connection: StreamConnection
  readonly #position: Position
  /** Whether an event has been read, here or before the stream was resumed. */
  #hasRead: boolean
  /** Whether a connection was given up that may have been sound. */
  #isDropped = false
  #lastByte = performance.now()
  #isClosed = false

  constructor(
    endpoint: StreamEndpoint,
    connection: StreamConnection,
    lastEventId: string,
    settings: ResumingSettings,
    reconnection: Reconnection,
  ) {
    this.id = endpoint.id
    this.#endpoint = endpoint
    this.#connection = connection
    this.#position = new Position(lastEventId)
    this.#hasRead = lastEventId !== ''
    this.#watchdog = new Watchdog(settings, (error) => this.#connection.reader?.fail(error))
    this.#reconnection = reconnection
    this.#offWake = settings.network?.onWake((isNew) => this.#onWake(isNew))
  }

  get response(): StreamResponse {
    return this.#connection.response
  }

  get lastEventId(): string {
    return this.#position.id
  }

  get complete(): boolean {
    return this.#connection.reader?.complete ?? true
  }

  take(): ReturnType<StreamSource['take']> {
    for (;;) {
      const event = this.#connection.reader?.take()
      const id = this.#connection.reader?.givenId
      if (event === undefined) {
        this.#watchdog.onBytes()
        this.#position.passFrame(id)
        return undefined
      }
      const step = this.#position.passEvent(id)
      if (step === 'repeated') continue
      this.#hasRead = true
      // A greeting is no progress: the limits go on over all connections.
      if (step === 'greeting') this.#watchdog.onBytes()
      else this.#watchdog.onEvent()
      if (step === 'forward') this.#reconnection.progressed()
      return event
    }
  }

  async fill(): Promise<boolean> {
    if (this.complete) return false
    const problem = await this.#readBytes()
    if (this.#isClosed) return false
    if (problem !== undefined && !this.complete) await this.#reconnect(problem)
    return true
  }

  close(reason?: unknown): void {
    this.#isClosed = true
    this.#watchdog.stop()
    this.#offWake?.()
    this.#connection.reader?.close(reason)
  }

  stop(): Promise<void> {
    return this.#endpoint.stop()
  }

  async drain(): Promise<void> {
    this.#watchdog.stop()
    this.#offWake?.()
    await this.#connection.reader?.drain()
  }

  /** Whether another connection can continue from here. A connection without an ID gets the whole stream. */
  get #canResume(): boolean {
    const { id } = this.#position
    return id === '' ? !this.#hasRead : isSendableId(id)
  }

  /**
   * Reads more bytes. Returns what is wrong with the connection, if anything is.
   *
   * @throws TimeoutError (`idle`), or an error that a new connection would meet again
   */
  async #readBytes(): Promise<VecTradeError | undefined> {
    this.#watchdog.begin()
    try {
      const more = await this.#connection.reader?.fill()
      this.#lastByte = performance.now()
      if (more) return undefined
    } catch (error) {
      const isDead = error instanceof TimeoutError
      if (isDead) this.#watchdog.discard()
      if (!VecTradeError.isInstance(error) || !error.retryable) throw error
      if (isDead && error.phase === 'idle') throw error
      return error
    } finally {
      // A connection that was dead, or given up, says nothing about the server's silence.
      if (this.#isDropped) this.#watchdog.discard()
    }
    return new StreamInterruptedError()
  }

  async #reconnect(problem: VecTradeError): Promise<void> {
    this.#watchdog.onBytes()
    this.#connection.reader?.close()
    if (!this.#canResume) throw new StreamInterruptedError({ cause: problem })
    const cause = this.#isDropped ? undefined : problem
    this.#connection = await this.#endpoint.connect(this.#position.id, cause)
    // What was still on its way when the stream ended.
    if (this.#isClosed) this.#connection.reader?.close()
    this.#isDropped = false
    this.#position.reconnected()
    this.#lastByte = performance.now()
  }

  #onWake(isNew: boolean): void {
    const isStale = performance.now() - this.#lastByte > staleAfter
    if ((!isNew && !isStale) || !this.#canResume) return
    // Its read ends, and what reads it connects anew, at once.
    this.#isDropped = true
    this.#connection.reader?.close()
  }
}
