import { TimeoutError } from '../errors/timeout-error.ts'
import { Deadline } from '../lifetime/timers.ts'

/** How long a stream waits for its server, in ms. 0 sets no limit. */
export interface WaitLimits {
  /** ms without an event. Heartbeats do not count as events. 0 sets no limit. */
  idleTimeout: number
  /** ms without a single byte. 0 sets no limit. */
  heartbeatTimeout: number
}

/**
 * Limits how long a server may be silent while a read is pending.
 *
 * The time between two reads does not count, so a slow reader causes no timeout. Any byte resets the heartbeat
 * timeout, but only an event resets the idle timeout. The idle timeout measures all reads since the last event
 * together, even if they were on different connections.
 */
export class Watchdog extends Deadline {
  readonly #limits: WaitLimits
  readonly #onTimeout: (error: TimeoutError) => void
  /** When the pending read began. Undefined if no read is pending. */
  #readSince: number | undefined
  /** ms of earlier reads since the last event. */
  #waited = 0

  /** @param onTimeout called with a timeout in the phase `heartbeat` or `idle` */
  constructor(limits: WaitLimits, onTimeout: (error: TimeoutError) => void) {
    super()
    this.#limits = limits
    this.#onTimeout = onTimeout
  }

  /** Call this when a read of bytes begins. */
  begin(): void {
    this.#readSince = performance.now()
    this.start()
  }

  /** Call this when the read has brought an event. */
  onEvent(): void {
    this.#readSince = undefined
    this.#waited = 0
  }

  /** Call this when the read has brought no event, but perhaps bytes. */
  onBytes(): void {
    if (this.#readSince !== undefined) this.#waited += performance.now() - this.#readSince
    this.#readSince = undefined
  }

  /** Call this if the read does not count, because its connection was dead. */
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
