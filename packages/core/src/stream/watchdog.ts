import { TimeoutError } from '../errors/connection-error.ts'
import { Deadline } from '../lifetime/timers.ts'

/** How long a stream waits for its server, in ms; 0 is for ever. */
export interface WaitLimits {
  /** Without an event; heartbeats do not count. */
  idleTimeout: number
  /** Without a single byte. */
  heartbeatTimeout: number
}

/** Tells a server that is silent from a caller that is slow: time counts only while the caller waits. */
export class Watchdog extends Deadline {
  readonly #limits: WaitLimits
  readonly #onTimeout: (error: TimeoutError) => void
  #isWaiting = false
  #lastEvent = 0
  #lastByte = 0

  constructor(limits: WaitLimits, onTimeout: (error: TimeoutError) => void) {
    super()
    this.#limits = limits
    this.#onTimeout = onTimeout
  }

  /** The caller begins to wait for an event. */
  wait(): void {
    this.#isWaiting = true
    this.event()
    this.start()
  }

  /** An event came, though none that the caller waits for. */
  event(): void {
    this.#lastEvent = this.#lastByte = performance.now()
  }

  /** Something came, a heartbeat perhaps. */
  bytes(): void {
    this.#lastByte = performance.now()
  }

  /** The caller has what it waited for. */
  pause(): void {
    this.#isWaiting = false
  }

  override stop(): void {
    this.#isWaiting = false
    super.stop()
  }

  protected override dueAt(): number {
    return this.#isWaiting ? Math.min(this.#idleAt, this.#heartbeatAt) : Infinity
  }

  protected override onDue(): void {
    const { idleTimeout, heartbeatTimeout } = this.#limits
    const isSilent = this.#heartbeatAt <= this.#idleAt
    this.#onTimeout(
      isSilent
        ? new TimeoutError('heartbeat', heartbeatTimeout)
        : new TimeoutError('idle', idleTimeout),
    )
  }

  get #idleAt(): number {
    return this.#lastEvent + (this.#limits.idleTimeout || Infinity)
  }

  get #heartbeatAt(): number {
    return this.#lastByte + (this.#limits.heartbeatTimeout || Infinity)
  }
}
