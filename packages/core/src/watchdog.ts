import { TimeoutError } from './errors/connection-error.ts'
import { clampTimer } from './timers.ts'

/** How long a stream waits for its server, in ms; 0 is for ever. */
export interface WaitLimits {
  /** Without an event; heartbeats do not count. */
  idleTimeout: number
  /** Without a single byte. */
  heartbeatTimeout: number
}

/**
 * Tells a server that is silent from a caller that is slow: time counts only while the caller waits.
 *
 * One timer serves a whole stream. It is not moved on every event, which would cost more than the
 * event; when it fires early it looks at the clock and sets itself anew.
 */
export class Watchdog {
  readonly #limits: WaitLimits
  readonly #onTimeout: (error: TimeoutError) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #waiting = false
  #lastEvent = 0
  #lastByte = 0

  constructor(limits: WaitLimits, onTimeout: (error: TimeoutError) => void) {
    this.#limits = limits
    this.#onTimeout = onTimeout
  }

  /** The caller begins to wait for an event. */
  wait(): void {
    this.#waiting = true
    this.event()
    if (this.#timer === undefined) this.#arm()
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
  rest(): void {
    this.#waiting = false
  }

  stop(): void {
    this.#waiting = false
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(): void {
    const { idleTimeout, heartbeatTimeout } = this.#limits
    const idleAt = idleTimeout === 0 ? Infinity : this.#lastEvent + idleTimeout
    const heartbeatAt = heartbeatTimeout === 0 ? Infinity : this.#lastByte + heartbeatTimeout
    const left = Math.min(idleAt, heartbeatAt) - performance.now()
    if (left === Infinity) return
    if (left > 0) {
      // Whole milliseconds, rounded up: a timer a fraction early would only be set again.
      this.#timer = setTimeout(() => this.#look(), clampTimer(Math.ceil(left)))
    } else if (heartbeatAt <= idleAt) {
      this.#onTimeout(new TimeoutError('heartbeat', heartbeatTimeout))
    } else {
      this.#onTimeout(new TimeoutError('idle', idleTimeout))
    }
  }

  #look(): void {
    this.#timer = undefined
    if (this.#waiting) this.#arm()
  }
}
