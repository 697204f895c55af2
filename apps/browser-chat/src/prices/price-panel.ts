import type { VecTrade } from '@vectrade/browser'
import { followEnd } from '../follow-end.ts'
import { perFrame } from '../per-frame.ts'
import { LivePrices } from './live-prices.ts'
import { PriceList } from './price-list.ts'
import { type PriceStatus, statusInWords } from './price-status.ts'

/** How often to check the status, in ms. Only time without new prices shows that a market is closed. */
const statusInterval = 1_000
/** ms between two changes of the prices for readers who prefer reduced motion. */
const calmInterval = 2_000

/** The live prices beside the answer. */
export class PricePanel {
  readonly #element: HTMLElement
  readonly #list: PriceList
  readonly #prices: LivePrices
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)')
  /** Shows everything with the next frame. A page that no one sees has no frames. */
  readonly #show: () => void
  #isFollowing = false
  #status: PriceStatus | undefined
  /** Whether prices have come that are not shown yet. */
  #isBehind = false
  #shownAt = 0

  constructor(element: HTMLElement, client: Pick<VecTrade, 'live'>) {
    this.#element = element
    this.#list = new PriceList(this.#part('list'))
    this.#show = perFrame(() => followEnd(() => this.#render()))
    this.#prices = new LivePrices(client, {
      onPrice: () => this.#onPrice(),
      onChange: () => this.#show(),
    })
  }

  /** Shows the prices of these symbols instead of those before. Without symbols, nothing changes. */
  follow(symbols: readonly string[]): void {
    if (symbols.length === 0) return
    if (!this.#isFollowing) this.#begin()
    this.#prices.follow(symbols)
  }

  #begin(): void {
    this.#isFollowing = true
    setInterval(() => this.#onInterval(), statusInterval)
    this.#part('pause').addEventListener('click', () => this.#toggle())
    this.#endWithPage()
    import('./price-chart.ts').then(
      ({ PriceChart }) => {
        this.#list.useCharts(PriceChart)
        this.#show()
      },
      // The numbers work without charts.
      () => (this.#element.dataset['charts'] = 'none'),
    )
  }

  /** Pauses when the reader leaves the page. Connects again on return, unless the reader has paused the prices. */
  #endWithPage(): void {
    let wasOpen = false
    addEventListener('pagehide', () => {
      wasOpen = this.#prices.isOpen
      this.#prices.pause()
    })
    addEventListener('pageshow', () => {
      if (wasOpen) this.#prices.resume()
    })
  }

  #toggle(): void {
    if (this.#prices.isOpen) this.#prices.pause()
    else this.#prices.resume()
  }

  #onPrice(): void {
    this.#isBehind = true
    if (!this.#calm.matches) this.#show()
  }

  #onInterval(): void {
    if (document.hidden) return
    const isDue = this.#isBehind && performance.now() - this.#shownAt >= calmInterval
    if (isDue || this.#prices.status(Date.now()) !== this.#status) this.#show()
  }

  #render(): true {
    this.#isBehind = false
    this.#shownAt = performance.now()
    this.#showStatus()
    this.#list.show(this.#prices.symbols)
    return true
  }

  #showStatus(): void {
    const { isAbsent, isSimulated, isOpen } = this.#prices
    const status = this.#prices.status(Date.now())
    // The panel appears with its first prices. A server that has none is not a failure that a reader should see.
    const isEarly = this.#element.hidden && status === 'connecting'
    this.#element.hidden = isAbsent || isEarly
    this.#part('simulated').hidden = !isSimulated
    if (status === this.#status) return
    this.#status = status
    this.#element.dataset['status'] = status
    // A screen reader says this text when it changes. It never says prices by itself.
    this.#part('status').textContent = statusInWords[status]
    const button = this.#part('pause')
    button.textContent = isOpen ? 'Pause' : status === 'paused' ? 'Resume' : 'Try again'
    button.ariaLabel = `${button.textContent}: live prices`
  }

  #part(name: string): HTMLElement {
    return this.#element.querySelector(`[data-part='${name}']`) as HTMLElement
  }
}
