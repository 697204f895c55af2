import type { LiveEvent } from '../events/live-event.ts'

export const quote = (
  symbol: string,
  price: number,
): { type: 'quote.update'; symbol: string; price: number } => ({
  type: 'quote.update',
  symbol,
  price,
})

/** Takes this many events, or fewer if the feed ends. */
export async function take(
  iterator: AsyncIterator<LiveEvent>,
  count: number,
): Promise<LiveEvent[]> {
  const events: LiveEvent[] = []
  while (events.length < count) {
    const { done, value } = await iterator.next()
    if (done) break
    events.push(value)
  }
  return events
}
