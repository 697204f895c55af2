import { Deadline } from '../lifetime/timers.ts'
import { milliseconds } from '../lifetime/check-limit.ts'
import type { Limit } from '../lifetime/check-options.ts'
import { encodeEvent } from '../sse/encode.ts'

export const heartbeatLimit: Limit = /* @__PURE__ */ milliseconds(15_000)

export const heartbeatText: string = /* @__PURE__ */ encodeEvent({ comment: 'heartbeat' })

/** Tells when a heartbeat is due: after one wait of so many ms. One timer serves many waits. */
export class Heartbeat extends Deadline {
  readonly #ms: number
  #since = 0
  #beat: (() => void) | undefined

  /** @param ms 0 for none */
  constructor(ms: number) {
    super()
    this.#ms = ms
  }

  /** A wait begins: `beat` is called once a heartbeat is due, unless the wait is over by then. */
  wait(beat: () => void): void {
    if (this.#ms === 0) return
    this.#since = performance.now()
    this.#beat = beat
    this.start()
  }

  /** The wait is over. */
  pause(): void {
    this.#beat = undefined
  }

  override stop(): void {
    super.stop()
    this.#beat = undefined
  }

  protected override dueAt(): number {
    return this.#beat === undefined ? Infinity : this.#since + this.#ms
  }

  /** None: nothing that is read makes a late heartbeat superfluous. */
  protected override get maxTurns(): number {
    return 0
  }

  protected override onDue(): void {
    const beat = this.#beat
    this.#beat = undefined
    beat?.()
  }
}
