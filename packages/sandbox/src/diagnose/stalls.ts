/** A late timer is normal. One that is later than this shows that the program did not run. */
const tolerance = 50

/**
 * Measures time in which this program could not run, such as on a busy machine. Bytes that arrived in that time
 * are read only after it, and look as if something had held them back.
 */
export class Stalls {
  readonly #every: number
  readonly #stalls: { from: number; to: number }[] = []
  #timer: NodeJS.Timeout | undefined
  #last: number

  /** @param onTick called after each look, about every `every` ms */
  constructor(onTick: () => void, every = 25) {
    this.#every = every
    this.#last = performance.now()
    this.#timer = setInterval(() => {
      this.look(performance.now())
      onTick()
    }, every)
  }

  /** Notes that the program runs now. */
  look(now: number): void {
    const due = this.#last + this.#every
    if (now - due > tolerance) this.#stalls.push({ from: due, to: now })
    this.#last = now
  }

  /** Returns the ms between two times in which the program ran. */
  awake(from: number, to: number): number {
    let sum = to - from
    for (let at = this.#stalls.length - 1; at >= 0; at -= 1) {
      const stall = this.#stalls[at]
      if (stall === undefined || stall.to <= from) break
      sum -= Math.max(0, Math.min(stall.to, to) - Math.max(stall.from, from))
    }
    return Math.max(0, sum)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
