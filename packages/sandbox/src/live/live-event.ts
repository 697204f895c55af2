/** An event of live data, as the sandbox sends it. */
export type SimulatedEvent = SimulatedQuote | SimulatedAlert | SimulatedNews

/** A channel of live data. */
export type LiveChannel = 'quotes' | 'alerts' | 'news'

/** A quote that no market has. */
export interface SimulatedQuote {
  type: 'quote.update'
  symbol: string
  price: number
  timestamp: string
  change: number
  changePct: number
  volume: number
  bid: number
  ask: number
  simulated: true
}

/** An alert that no one has set up. */
export interface SimulatedAlert {
  type: 'alert.triggered'
  id: string
  symbol: string
  price: number
  condition: {
    operator: 'crosses_above' | 'crosses_below' | 'pct_change_above' | 'pct_change_below'
    threshold: number
  }
  triggeredAt: string
  simulated: true
}

/** An article that does not exist. */
export interface SimulatedNews {
  type: 'news.published'
  id: string
  title: string
  symbols: string[]
  summary: string
  source: string
  url: string
  sentiment: 'positive' | 'negative' | 'neutral'
  publishedAt: string
  simulated: true
}
