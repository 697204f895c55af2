const interval = 20

/**
 * Measures how late timers are because this process could not run: the machine was busy with something else, or
 * asleep. Delays by the program's own work do not count.
 */
export class LoopDelay {
  /** Returns the ms of processor time that this thread has used, or 0 if that is not known. */
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
