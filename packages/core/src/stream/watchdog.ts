import { TimeoutError } from '../errors/connection-error.ts'
import { Deadline } from '../lifetime/timers.ts'

/** The longest times that a stream waits for its server, in ms; 0 sets no limit. */
export interface WaitLimits {
  /** Without an event. Heartbeats do not count as events. */
  idleTimeout: number
  /** Without a single byte. */
  heartbeatTimeout: number
}

/**
 * Watches how long a server is silent while someone reads. The time between two reads does not count, so a
 * slow reader causes no timeout.
 */
export class Watchdog extends Deadline {
  readonly #limits: WaitLimits
  readonly #onTimeout: (error: TimeoutError) => void
  /** When the read began that is under way. */
  #readSince: number | undefined
  /** ms of earlier reads since the last event. */
  #waited = 0

  /** @param onTimeout called with a timeout in the phase `heartbeat` or `idle` */
  constructor(limits: WaitLimits, onTimeout: (error: TimeoutError) => void) {
    super()
    this.#limits = limits
    this.#onTimeout = onTimeout
  }

  /** A read of bytes begins. */
  begin(): void {
    this.#readSince = performance.now()
    this.start()
  }

  /** The read brought an event. */
  onEvent(): void {
    this.#readSince = undefined
    this.#waited = 0
  }

  /** The read brought no event, but perhaps bytes. */
  onBytes(): void {
    if (this.#readSince !== undefined) this.#waited += performance.now() - this.#readSince
    this.#readSince = undefined
  }

  /** The read does not count, because its connection was dead. */
  discard(): void {
    this.#readSince = undefined
  }

  override stop(): void {
    this.#readSince = undefined
    super.stop()
  }

  protected override dueAt(): number {
    return this.#readSince === undefined ? Infinity : Math.min(this.#idleAt, this.#heartbeatAt)
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
    return (this.#readSince ?? 0) - this.#waited + (this.#limits.idleTimeout || Infinity)
  }

  get #heartbeatAt(): number {
    return (this.#readSince ?? 0) + (this.#limits.heartbeatTimeout || Infinity)
  }
}
