import { isErrorPayload } from '../../errors/error-from-wire.ts'
import { type LiveChannel, type LiveEvent, symbolsOf } from '../../events/live-event.ts'
import type { LiveWish } from './live-request.ts'

/** What a reader follows. */
export interface LiveSubscription {
  /** Equal for two readers that follow the same symbols and channels. */
  readonly key: string
  readonly channels: ReadonlySet<LiveChannel>
  /** The symbols whose quotes it gets. */
  readonly quotes: ReadonlySet<string>
  /** Alerts and news are about one of these symbols. Undefined if the reader gets all of them. */
  readonly about: ReadonlySet<string> | undefined
}

/**
 * Returns what a request follows. Without symbols, it gets all alerts and news.
 *
 * @param allowed the symbols that `authorize` has narrowed the request to. Undefined if it has not
 */
export function subscriptionTo(
  { symbols, channels }: Pick<LiveWish, 'symbols' | 'channels'>,
  allowed: ReadonlySet<string> | undefined,
): LiveSubscription {
  const isAll = symbols.size === 0
  const followed = allowed && !isAll ? intersection(symbols, allowed) : symbols
  const about = isAll ? allowed : followed
  return {
    key: JSON.stringify([channels, followed, about].map((part) => part && [...part].toSorted())),
    channels,
    quotes: channels.has('quotes') ? followed : none,
    about,
  }
}

const none: ReadonlySet<string> = /* @__PURE__ */ new Set()

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((item) => b.has(item)))
}

/**
 * Whether an event is for the readers of a subscription.
 *
 * @param channel the channel that has brought the event. Undefined if it may have been any
 */
export function isFor(
  { channels, quotes, about }: LiveSubscription,
  event: LiveEvent,
  channel: LiveChannel | undefined,
): boolean {
  if (channel !== undefined && !channels.has(channel)) return false
  if (event.type === 'quote.update') return quotes.has(event.symbol)
  if (about === undefined) return true
  if (event.type === 'gap') return true
  const symbols = symbolsOf(event)
  // An acknowledgement lists symbols of several readers. It is only for readers who know all of them.
  if (event.type === 'unknown') return symbols.every((symbol) => about.has(symbol))
  return symbols.some((symbol) => about.has(symbol))
}

/** Whether readers may get an event. @param isAllowed whether they may follow a symbol */
export function isForReaders(event: LiveEvent, isAllowed: (symbol: string) => boolean): boolean {
  // Readers would take an error for one of their own connection.
  if (event.type === 'unknown' && isErrorPayload(event.data)) return false
  const symbols = symbolsOf(event)
  // An unknown message that names no symbols may be about the connection or the account of this server.
  if (symbols.length === 0) return event.type !== 'unknown'
  return symbols.some(isAllowed)
}

/** Returns the channel of an event by its type. Undefined if any channel may bring it. */
export function channelOf({ type }: LiveEvent): LiveChannel | undefined {
  switch (type) {
    case 'quote.update':
      return 'quotes'
    case 'alert.triggered':
      return 'alerts'
    case 'news.published':
      return 'news'
    case 'gap':
    case 'unknown':
      return undefined
  }
}
