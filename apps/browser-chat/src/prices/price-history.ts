/** How much of the past is kept, in seconds. */
export const historySeconds = 300

/** The prices of the last minutes as the columns of a chart. It keeps at most one price for each second. */
export class PriceHistory {
  /** In seconds. */
  readonly times: number[] = []
  /** `null` ends a line: the prices around it are not connected. */
  readonly prices: (number | null)[] = []

  /** @param now in ms */
  add(price: number, now: number): void {
    const time = now / 1000
    const last = this.times.at(-1) ?? -Infinity
    // A clock can be set back.
    if (time < last) this.times.length = this.prices.length = 0
    const isSameSecond = Math.floor(time) === Math.floor(last) && this.prices.at(-1) !== null
    if (isSameSecond) {
      this.times.pop()
      this.prices.pop()
    }
    this.times.push(time)
    this.prices.push(price)
    while (this.times[0] !== undefined && this.times[0] < time - historySeconds) {
      this.times.shift()
      this.prices.shift()
    }
  }

  /** Ends the line, because prices are missing after the last one. */
  interrupt(): void {
    const last = this.times.at(-1)
    if (last === undefined || this.prices.at(-1) === null) return
    this.times.push(last)
    this.prices.push(null)
  }

  /** The lowest and the highest price. Undefined if there is none. */
  get range(): { low: number; high: number } | undefined {
    let low = Infinity
    let high = -Infinity
    for (const price of this.prices) {
      if (price === null) continue
      low = Math.min(low, price)
      high = Math.max(high, price)
    }
    return low > high ? undefined : { low, high }
  }
}
