import { TimeoutError } from '../errors/timeout-error.ts'
import { Deadline } from '../lifetime/timers.ts'

/** The types of messages that servers send to show that a connection is alive. VecTrade documents none. */
const heartbeats: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'heartbeat',
  'keepalive',
  'keep-alive',
  'ping',
  'pong',
])

/** Whether a message of this type only shows that the connection is alive. */
export function isHeartbeat(type: string): boolean {
  return heartbeats.has(type.toLowerCase())
}

/** Heartbeats that are closer together than this, in ms, count as one. A greeting may bring several at once. */
const shortestInterval = 1_000

/**
 * Notices that a WebSocket has gone silent, if its server usually sends heartbeats.
 *
 * Programs cannot see the pings of a WebSocket, and a closed market sends nothing for hours. So silence means nothing
 * until the server has sent two heartbeat messages. Then the limit is the given one, or twice the time between the
 * last two if that is longer.
 */
export class Rhythm extends Deadline {
  readonly #timeout: number
  readonly #onSilence: (error: TimeoutError) => void
  #heartbeatAt = -Infinity
  #messageAt = 0
  #limit = Infinity

  /** @param timeout in ms. 0 sets no limit */
  constructor(timeout: number, onSilence: (error: TimeoutError) => void) {
    super()
    this.#timeout = timeout || Infinity
    this.#onSilence = onSilence
  }

  /** Call this for each message. */
  onMessage(type: string): void {
    const now = performance.now()
    this.#messageAt = now
    if (!isHeartbeat(type)) return
    const interval = now - this.#heartbeatAt
    if (interval < shortestInterval) return
    const isFirst = this.#heartbeatAt === -Infinity
    this.#heartbeatAt = now
    if (isFirst) return
    this.#limit = Math.max(this.#timeout, 2 * interval)
    this.start()
  }

  protected override dueAt(): number {
    return this.#messageAt + this.#limit
  }

  protected override onDue(): void {
    this.#onSilence(new TimeoutError('heartbeat', this.#limit))
  }
}
