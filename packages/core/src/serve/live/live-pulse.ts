import { clampTimer } from '../../lifetime/timers.ts'

/**
 * Calls a function four times in the time of a heartbeat, for all readers together. A timer for each reader would take
 * more memory than the rest of the reader.
 */
export class LivePulse {
  readonly #interval: number
  readonly #onSweep: () => void
  #timer: ReturnType<typeof setInterval> | undefined

  /** @param heartbeat the longest silence, in ms. 0 for no heartbeats */
  constructor(heartbeat: number, onSweep: () => void) {
    this.#interval = heartbeat / 4
    this.#onSweep = onSweep
  }

  /** Does nothing if it is already started. */
  start(): void {
    const isOn = this.#interval > 0 && this.#interval < Infinity
    if (isOn) this.#timer ??= setInterval(this.#onSweep, clampTimer(this.#interval))
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
