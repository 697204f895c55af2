import type { ChartEvent } from '../events.ts'

const namespace = 'http://www.w3.org/2000/svg'
const width = 400
const height = 120

/** Returns a chart: a line for readers who see it, and a caption and a table for everyone. */
export function chartFigure({ symbol, points }: ChartEvent): HTMLElement {
  const figure = document.createElement('figure')
  const caption = document.createElement('figcaption')
  const [first, last] = [points.at(0), points.at(-1)]
  caption.textContent = `${symbol}: ${first?.price} on ${first?.day}, ${last?.price} on ${last?.day}`
  figure.append(line(points), caption, table(points))
  return figure
}

/** Returns the line. It is hidden from screen readers, which have the table. */
function line(points: ChartEvent['points']): SVGElement {
  const svg = document.createElementNS(namespace, 'svg')
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`)
  svg.setAttribute('aria-hidden', 'true')
  const prices = points.map(({ price }) => price)
  const [lowest, highest] = [Math.min(...prices), Math.max(...prices)]
  const places = prices.map((price, index) => {
    const x = (index / (prices.length - 1)) * width
    const y = height * (1 - (price - lowest) / (highest - lowest || 1))
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  const polyline = document.createElementNS(namespace, 'polyline')
  polyline.setAttribute('points', places.join(' '))
  svg.append(polyline)
  return svg
}

/** Returns the prices as a table that opens on demand. */
function table(points: ChartEvent['points']): HTMLElement {
  const details = document.createElement('details')
  const summary = document.createElement('summary')
  summary.textContent = 'All prices'
  const rows = document.createElement('table')
  rows.createTHead().append(row('th', ['Day', 'Price']))
  rows.createTBody().append(...points.map(({ day, price }) => row('td', [day, String(price)])))
  details.append(summary, rows)
  return details
}

function row(kind: 'th' | 'td', texts: readonly string[]): HTMLElement {
  const element = document.createElement('tr')
  for (const text of texts) {
    const cell = document.createElement(kind)
    if (kind === 'th') cell.setAttribute('scope', 'col')
    cell.textContent = text
    element.append(cell)
  }
  return element
}
