import type { QuoteEvent } from '@vectrade/core'

/** Which symbols there are, and how many of them each reader follows. */
export type Market = 'same' | 'own'

/** Each event has this byte once, and nothing else that a server sends has it: counting it counts the events. */
export const marker = '~'

const followed = 5
/** A prime, so that the sets of `followedBy` differ. */
const many = 101

/** The number of events in a round. Every reader gets five of them. */
export const round: Record<Market, number> = { same: followed, own: many }

/**
 * Returns the symbols that a reader follows: all there are, or five of 101.
 *
 * The sets are steps of one width around a circle. Up to 5,050 readers, no two follow the same.
 */
export function followedBy(reader: number, market: Market): string[] {
  const width = market === 'same' ? 1 : 1 + Math.floor(reader / many)
  const start = market === 'same' ? 0 : reader
  return Array.from({ length: followed }, (_, step) => symbolOf(start + step * width, market))
}

/** Returns the number-th event: the symbols take turns. */
export function quote(number: number, market: Market): QuoteEvent {
  const price = 100 + (number % 1000) / 100
  const event = {
    type: 'quote.update',
    symbol: symbolOf(number, market),
    price,
    timestamp: new Date(1.8e12 + number).toISOString(),
    change: 1.25,
    changePct: 0.75,
    // The witness sees by it whether the order is right.
    volume: number,
    venue: marker,
  } as const
  return event
}

function symbolOf(number: number, market: Market): string {
  return `S${number % round[market]}`
}
