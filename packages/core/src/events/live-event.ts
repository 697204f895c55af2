import { isRecord } from './json.ts'
import type { UnknownEvent } from './stream-event.ts'

/**
 * An event of a live feed: a discriminated union on `type`. The fields have the names that VecTrade sends. Fields that
 * this SDK does not know are kept as they were sent. They are not in the types: check with `'name' in event` first.
 */
export type LiveEvent = QuoteEvent | AlertEvent | NewsEvent | GapEvent | UnknownEvent

/** The price of a symbol has changed. */
export interface QuoteEvent {
  /** Tells the events apart. */
  type: 'quote.update'
  /** The ticker symbol, such as `NVDA`. */
  symbol: string
  /** The price of the last trade, in the currency of the symbol. */
  price: number
  /** When, as ISO 8601. */
  timestamp?: string
  /** The change since the previous close, in the currency of the symbol. */
  change?: number
  /** The change since the previous close, in percent. */
  changePct?: number
  /** The number of shares traded on this day. */
  volume?: number
  /** The highest price that a buyer offers. */
  bid?: number
  /** The lowest price that a seller asks for. */
  ask?: number
}

/** An alert that you have set up at VecTrade has been triggered. */
export interface AlertEvent {
  /** Tells the events apart. */
  type: 'alert.triggered'
  /** The id of the alert. */
  id: string
  /** The ticker symbol. */
  symbol: string
  /** The price that triggered the alert. */
  price: number
  /** What the alert waits for. */
  condition: AlertCondition
  /** When, as ISO 8601. */
  triggeredAt?: string
}

/** What an alert waits for. */
export interface AlertCondition {
  /** How the price, or its change in percent, is compared with the threshold. VecTrade may add others. */
  operator:
    | 'crosses_above'
    | 'crosses_below'
    | 'pct_change_above'
    | 'pct_change_below'
    | (string & {})
  /** A price, or a number of percent. */
  threshold: number
}

/** A news article. */
export interface NewsEvent {
  /** Tells the events apart. */
  type: 'news.published'
  /** The id of the article. */
  id: string
  /** The title. */
  title: string
  /** The ticker symbols that the article is about. */
  symbols: string[]
  /** A summary. */
  summary?: string
  /** The name of the publisher. */
  source?: string
  /** The address of the article, as the server sent it. `safeUrl` tells whether a page may link to it. */
  url?: string
  /** The mood of the article. VecTrade may add others. */
  sentiment?: 'positive' | 'negative' | 'neutral' | (string & {})
  /** When, as ISO 8601. */
  publishedAt?: string
}

/**
 * Events may be missing before this one. VecTrade does not document this event. `createLiveHandler` sends it, and the
 * client adds it where it knows that something may be missing.
 */
export interface GapEvent {
  /** Tells the events apart. */
  type: 'gap'
  /** Why events may be missing. */
  reason: GapReason
  /** The id of the last event before the gap, if there is one. */
  since?: string
  /** How many events were dropped, if that is known. */
  dropped?: number
}

/**
 * Why events may be missing.
 *
 * - `expired`: the server no longer keeps what came after the last event
 * - `unknown`: the server does not know the id of the last event
 * - `slow_consumer`: events came faster than they were read, and the oldest were dropped
 * - `upstream`: a connection without ids was lost, to VecTrade or between two servers
 */
export type GapReason = 'expired' | 'unknown' | 'slow_consumer' | 'upstream' | (string & {})

/** The channels of live data. */
export type LiveChannel = 'quotes' | 'alerts' | 'news'

export const liveChannels: readonly LiveChannel[] = ['quotes', 'alerts', 'news']

/** Returns an event as JSON for other readers than its own, or undefined if JSON cannot represent it. */
export function liveEventToShare(event: LiveEvent): string | undefined {
  if (event.type === 'unknown') return JSON.stringify(event.data)
  // The id in a gap is one of the connection that brought it. Other readers do not know it.
  return JSON.stringify(event.type === 'gap' ? { ...event, since: undefined } : event)
}

/** Returns the symbols that an event names. */
export function symbolsOf(event: LiveEvent): readonly string[] {
  switch (event.type) {
    case 'quote.update':
    case 'alert.triggered':
      return [event.symbol]
    case 'news.published':
      return event.symbols
    case 'gap':
      return []
    case 'unknown': {
      const { symbol, symbols } = isRecord(event.data) ? event.data : {}
      const all = typeof symbol === 'string' ? [symbol] : symbols
      return Array.isArray(all) ? all.filter((item) => typeof item === 'string') : []
    }
  }
}
