import { StreamInterruptedError } from '../errors/connection-error.ts'
import { TimeoutError } from '../errors/timeout-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import type { EventReader } from '../stream/event-reader.ts'
import type { StreamSource } from '../stream/stream-source.ts'
import type { Network } from '../options/runtime.ts'
import type { StreamResponse } from '../http/stream-response.ts'
import { type WaitLimits, Watchdog } from '../stream/watchdog.ts'
import { isSendableId } from '../options/last-event-id.ts'
import { Position } from './position.ts'
import type { Reconnection } from './reconnection.ts'

/** One connection to a stored stream. */
export interface StreamConnection {
  response: StreamResponse
  /** Undefined if the stream has no more events. */
  reader: EventReader | undefined
}

/** A stored stream at its endpoint. */
export interface StreamEndpoint {
  id: string
  /**
   * Connects to the stream, to read on after an event.
   *
   * @param problem the error that ended the last connection, if there is any
   * @throws the error if a new attempt would fail in the same way
   */
  connect(lastEventId: string, problem?: VecTradeError): Promise<StreamConnection>
  /** Ends the answer. */
  stop(): Promise<void>
}

export interface ResumingSettings extends WaitLimits {
  network: Network | undefined
}

/** In ms. After a program has slept, a connection without a byte for longer than this is not trusted. */
const staleAfter = 20_000

/**
 * The events of a stored stream, over as many connections as needed. Each event comes once, in order.
 *
 * When a connection ends before the answer does, the source connects again and asks for the events after the
 * last one. It ends with the answer, with an error that another attempt would meet again, or after too many
 * attempts without a new event.
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
  /** Whether the connection was closed on waking up, although it may have worked. */
  #isDistrusted = false
  /**
   * When the last byte came, on the wall clock: that of `performance.now()` stands still on many systems while the
   * machine sleeps. If the wall clock is set, the connection is replaced too soon or too late, at worst.
   *
   * @see https://developer.mozilla.org/en-US/docs/Web/API/Performance/now#ticking_during_sleep
   */
  #lastByte = Date.now()
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
      // A greeting is no progress, so the time limits continue over all connections.
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

  /** Whether another connection can continue from here. Without an ID, it begins at the first event. */
  get #canResume(): boolean {
    const { id } = this.#position
    return id === '' ? !this.#hasRead : isSendableId(id)
  }

  /**
   * Reads more bytes. Returns the problem of the connection, if there is one.
   *
   * @throws TimeoutError (`idle`), or an error that a new connection would meet again
   */
  async #readBytes(): Promise<VecTradeError | undefined> {
    this.#watchdog.begin()
    try {
      const more = await this.#connection.reader?.fill()
      this.#lastByte = Date.now()
      if (more) return undefined
    } catch (error) {
      const isDead = error instanceof TimeoutError
      if (isDead) this.#watchdog.discard()
      if (!VecTradeError.isInstance(error) || !error.retryable) throw error
      if (isDead && error.phase === 'idle') throw error
      return error
    } finally {
      // The time on a connection that was perhaps dead does not count as silence of the server.
      if (this.#isDistrusted) this.#watchdog.discard()
    }
    return new StreamInterruptedError()
  }

  async #reconnect(problem: VecTradeError): Promise<void> {
    this.#watchdog.onBytes()
    this.#connection.reader?.close()
    if (!this.#canResume) throw new StreamInterruptedError({ cause: problem })
    const cause = this.#isDistrusted ? undefined : problem
    this.#connection = await this.#endpoint.connect(this.#position.id, cause)
    // The stream may have ended while the connection was being made.
    if (this.#isClosed) this.#connection.reader?.close()
    this.#isDistrusted = false
    this.#position.reconnected()
    this.#lastByte = Date.now()
  }

  #onWake(isNew: boolean): void {
    const isStale = Date.now() - this.#lastByte > staleAfter
    if ((!isNew && !isStale) || !this.#canResume) return
    // This ends the pending read, and the reader then connects again at once.
    this.#isDistrusted = true
    this.#connection.reader?.close()
  }
}
