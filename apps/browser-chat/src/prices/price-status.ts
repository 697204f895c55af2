import type { LiveState } from '@vectrade/browser'

/** How up to date the prices are. */
export type PriceStatus =
  | 'connecting'
  | 'live'
  | 'reconnecting'
  | 'gap'
  | 'quiet'
  | 'paused'
  | 'unavailable'

/** What the status depends on. All times are in ms. */
export interface PriceFacts {
  /** The state of the feed. Undefined if the reader has paused it. */
  feed: LiveState | undefined
  /** When the feed last reported missing updates. Undefined if it never has. */
  gapAt: number | undefined
  /** When a price last changed. Undefined if there is no price yet. */
  changedAt: number | undefined
}

/** How long a gap is shown. */
const gapShown = 8_000
/** In a market that is open, prices change more often than this. */
const quietAfter = 60_000

export function statusOf({ feed, gapAt, changedAt }: PriceFacts, now: number): PriceStatus {
  switch (feed) {
    case undefined:
      return 'paused'
    case 'closed':
      return 'unavailable'
    case 'connecting':
    case 'reconnecting':
      return feed
    case 'live':
      if (gapAt !== undefined && now - gapAt < gapShown) return 'gap'
      return changedAt !== undefined && now - changedAt >= quietAfter ? 'quiet' : 'live'
  }
}

export const statusInWords: Readonly<Record<PriceStatus, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
  gap: 'Some updates were missed',
  quiet: 'Market closed',
  paused: 'Paused',
  unavailable: 'Not available',
}
