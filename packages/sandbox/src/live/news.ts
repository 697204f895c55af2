import type { SimulatedNews } from './live-event.ts'
import { hashOf, randomAt } from './random.ts'

const stories = [
  { title: 'beats the estimates', sentiment: 'positive' },
  { title: 'wins a large order', sentiment: 'positive' },
  { title: 'misses the estimates', sentiment: 'negative' },
  { title: 'recalls a product', sentiment: 'negative' },
  { title: 'names a new chief of finance', sentiment: 'neutral' },
  { title: 'presents at a conference', sentiment: 'neutral' },
] as const

/**
 * Returns an article about a symbol.
 *
 * @param others some articles are also about one of these symbols
 */
export function articleOf(
  seed: number,
  symbol: string,
  others: readonly string[],
  tick: number,
  time: number,
): SimulatedNews {
  const key = hashOf(`${seed}/${symbol}/story`)
  const pick = <Item>(items: readonly Item[], index: number): Item | undefined =>
    items[Math.floor(randomAt(~key, index) * items.length)]
  const { title, sentiment } = pick(stories, 2 * tick) ?? stories[0]
  const other = randomAt(key, tick) < 0.3 ? pick(others, 2 * tick + 1) : undefined
  const id = `news_${symbol}_${tick}`
  return {
    type: 'news.published',
    id,
    title: `Simulated: ${symbol} ${title}`,
    symbols: other === undefined || other === symbol ? [symbol] : [symbol, other],
    summary: 'Written by the VecTrade sandbox. None of this has happened.',
    source: 'VecTrade sandbox',
    url: `https://news.example.com/${encodeURIComponent(id)}`,
    sentiment,
    publishedAt: new Date(time).toISOString(),
    simulated: true,
  }
}
