import uPlot from 'uplot'
import type { PriceHistory } from './price-history.ts'

/** The shortest time that a chart shows, in seconds. A line of two points would look like a trend. */
const shortestSpan = 30

/** A line of prices in an element, in the element's color. */
export class PriceChart {
  readonly #element: HTMLElement
  readonly #plot: uPlot
  readonly #observer: ResizeObserver

  constructor(element: HTMLElement) {
    this.#element = element
    this.#plot = new uPlot(this.#options(), [[], []], element)
    this.#observer = new ResizeObserver(() => this.#plot.setSize(this.#size()))
    this.#observer.observe(element)
  }

  show({ times, prices }: PriceHistory): void {
    this.#plot.setData([times, prices])
  }

  remove(): void {
    this.#observer.disconnect()
    this.#plot.destroy()
  }

  #options(): uPlot.Options {
    return {
      ...this.#size(),
      padding: [5, 5, 5, 5],
      pxAlign: 0,
      legend: { show: false },
      cursor: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: {
        x: { time: false, range: (_, min, max) => [Math.min(min, max - shortestSpan), max] },
        y: { range: (_, min, max) => around(min, max) },
      },
      series: [
        {},
        {
          stroke: () => this.#color(),
          fill: () => this.#color(0.12),
          width: 1.75,
          points: { show: false },
        },
      ],
      hooks: { draw: [(plot) => this.#drawEnd(plot)] },
    }
  }

  #size(): { width: number; height: number } {
    return { width: this.#element.clientWidth, height: this.#element.clientHeight }
  }

  /** The color depends on the trend, and on the color scheme of the reader. */
  #color(opacity = 1): string {
    const { color } = getComputedStyle(this.#element)
    return opacity === 1 ? color : color.replace(/^rgb\((.*)\)$/, `rgba($1, ${opacity})`)
  }

  /** Draws a dot at the last price. */
  #drawEnd(plot: uPlot): void {
    const { ctx, data } = plot
    const [times, prices = []] = data
    const time = times.at(-1)
    const price = prices.at(-1)
    if (time === undefined || price === undefined || price === null) return
    ctx.save()
    ctx.fillStyle = this.#color()
    ctx.beginPath()
    ctx.arc(
      plot.valToPos(time, 'x', true),
      plot.valToPos(price, 'y', true),
      3 * uPlot.pxRatio,
      0,
      2 * Math.PI,
    )
    ctx.fill()
    ctx.restore()
  }
}

/** Returns a range around prices. It is at least 0.1% of the price, so that a cent does not look like a crash. */
function around(min: number, max: number): [number, number] {
  const room = Math.max((max - min) * 1.16, Math.abs(max) * 0.001, Number.MIN_VALUE)
  const margin = (room - (max - min)) / 2
  return [min - margin, max + margin]
}
