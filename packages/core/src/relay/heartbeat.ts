import { Deadline } from '../lifetime/timers.ts'
import { milliseconds } from '../lifetime/check-limit.ts'
import type { Limit } from '../lifetime/check-options.ts'
import { encodeEvent } from '../sse/encode.ts'

export const heartbeatLimit: Limit = /* @__PURE__ */ milliseconds(15_000)

export const heartbeatText: string = /* @__PURE__ */ encodeEvent({ comment: 'heartbeat' })

/** Calls a function when a wait has lasted long enough for a heartbeat. A relay has one timer for all waits. */
export class Heartbeat extends Deadline {
  readonly #ms: number
  #since = 0
  #beat: (() => void) | undefined

  /** @param ms the time after which a heartbeat is due, in ms; 0 for no heartbeats */
  constructor(ms: number) {
    super()
    this.#ms = ms
  }

  /** Begins a wait. Calls `beat` once a heartbeat is due, unless the wait has ended by then. */
  wait(beat: () => void): void {
    if (this.#ms === 0) return
    this.#since = performance.now()
    this.#beat = beat
    this.start()
  }

  /** Ends the wait. */
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

  /** No extra turns. A late heartbeat is needed, whatever the program reads in the meantime. */
  protected override get maxTurns(): number {
    return 0
  }

  protected override onDue(): void {
    const beat = this.#beat
    this.#beat = undefined
    beat?.()
  }
}
