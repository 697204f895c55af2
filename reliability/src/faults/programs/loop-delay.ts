const interval = 20

/**
 * Measures how late this process's timers come because it did not get to run: the machine was busy
 * elsewhere, or asleep. Lateness by the program's own work does not count.
 */
export class LoopDelay {
  /** ms of the processor that this thread has used; 0 where that is not known. */
  readonly #processor: () => number
  readonly #onTick: () => void
  readonly #timer: ReturnType<typeof setInterval>
  #last = performance.now()
  #lastProcessor: number
  #total = 0

  constructor(processor: () => number, onTick: () => void) {
    this.#processor = processor
    this.#lastProcessor = processor()
    this.#onTick = onTick
    this.#timer = setInterval(() => this.#tick(), interval)
  }

  /** ms of lateness since this process started. The difference of two readings is the lateness between them. */
  get total(): number {
    return this.#total + this.#late()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #late(): number {
    const elapsed = performance.now() - this.#last - interval
    return Math.max(0, elapsed - (this.#processor() - this.#lastProcessor))
  }

  #tick(): void {
    this.#total += this.#late()
    this.#last = performance.now()
    this.#lastProcessor = this.#processor()
    this.#onTick()
  }
}
