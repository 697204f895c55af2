import type { Followed } from './live-prices.ts'
import type { PriceChart } from './price-chart.ts'
import { PriceRow } from './price-row.ts'

/** The rows of the symbols. */
export class PriceList {
  readonly #element: HTMLElement
  readonly #rows = new Map<string, PriceRow>()
  #Chart: typeof PriceChart | undefined

  constructor(element: HTMLElement) {
    this.#element = element
    new ResizeObserver(() => this.#letScroll()).observe(element)
  }

  /** Adds charts to all rows. Until then, and without them, the rows have only numbers. */
  useCharts(Chart: typeof PriceChart): void {
    this.#Chart = Chart
  }

  show(symbols: ReadonlyMap<string, Followed>): void {
    for (const [symbol, row] of this.#rows) {
      if (symbols.has(symbol)) continue
      row.remove()
      this.#rows.delete(symbol)
    }
    let place = 0
    for (const [symbol, followed] of symbols) {
      const row = this.#rows.get(symbol) ?? new PriceRow(symbol)
      this.#rows.set(symbol, row)
      const there = this.#element.children[place] ?? null
      if (there !== row.element) {
        this.#element.insertBefore(row.element, there)
        this.#letScroll()
      }
      if (this.#Chart) row.addChart(this.#Chart)
      row.show(followed)
      place += 1
    }
  }

  /** A list that is too wide can be scrolled with the keyboard. */
  #letScroll(): void {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = this.#element
    const isScrolled = scrollWidth > clientWidth || scrollHeight > clientHeight
    if (isScrolled) this.#element.tabIndex = 0
    else this.#element.removeAttribute('tabindex')
  }
}
