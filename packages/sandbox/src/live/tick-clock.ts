/**
 * Counts the ticks of the market from 0.
 *
 * It has no timer. It starts at the first question, so the first connection begins at tick 0.
 */
export class TickClock {
  readonly #interval: number
  #startedAt: number | undefined
  #tick = 0

  /** @param interval ms from one tick to the next */
  constructor(interval: number) {
    this.#interval = interval
  }

  /** When tick 0 was, in ms since 1970. */
  get startedAt(): number {
    return (this.#startedAt ??= Date.now())
  }

  /** The number of the newest tick. It never becomes smaller, even if the system's clock is set back. */
  get tick(): number {
    const passed = Math.floor((Date.now() - this.startedAt) / this.#interval)
    return (this.#tick = Math.max(this.#tick, passed))
  }

  /** Returns when a tick was, in ms since 1970. */
  timeOf(tick: number): number {
    return this.startedAt + tick * this.#interval
  }

  /** Returns the tick at a time. */
  tickAt(time: number): number {
    return Math.floor((time - this.startedAt) / this.#interval)
  }

  /** Returns the ms until a tick. */
  until(tick: number): number {
    return Math.max(0, this.timeOf(tick) - Date.now())
  }
}
