import type { Followed } from './live-prices.ts'
import type { PriceChart } from './price-chart.ts'
import { historySeconds } from './price-history.ts'
import { priceInDigits, priceText, type Trend } from './price-text.ts'

const arrows: Record<Trend, string> = { up: '▲', down: '▼', flat: '' }

/** A symbol with its price, change and chart: a copy of the template in index.html. */
export class PriceRow {
  readonly element: HTMLElement
  #chart: PriceChart | undefined

  constructor(symbol: string) {
    const template = document.querySelector<HTMLTemplateElement>('#price')
    this.element = template?.content.firstElementChild?.cloneNode(true) as HTMLElement
    this.#write('symbol', symbol)
  }

  /** Creates the chart, once its element is in the page. */
  addChart(Chart: typeof PriceChart): void {
    this.#chart ??= new Chart(this.#part('chart'))
  }

  show({ quote, history }: Followed): void {
    if (quote === undefined) return
    const { price, change, trend } = priceText(quote)
    this.element.dataset['trend'] = trend
    this.#write('price', price)
    this.#write('arrow', change === '' ? '' : arrows[trend])
    this.#write('direction', change === '' || trend === 'flat' ? '' : trend)
    this.#write('change', change)
    if (this.#chart === undefined) return
    this.#chart.show(history)
    const { low, high } = history.range ?? { low: quote.price, high: quote.price }
    const label = `Last ${historySeconds / 60} minutes: low ${priceInDigits(low)}, high ${priceInDigits(high)}`
    const chart = this.#part('chart')
    if (chart.ariaLabel !== label) chart.ariaLabel = label
  }

  remove(): void {
    this.#chart?.remove()
    this.element.remove()
  }

  #write(part: string, text: string): void {
    const element = this.#part(part)
    if (element.textContent !== text) element.textContent = text
  }

  #part(name: string): HTMLElement {
    return this.element.querySelector(`[data-part='${name}']`) as HTMLElement
  }
}
