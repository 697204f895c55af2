import type { LiveEvent, SharedEvent } from '@vectrade/core'
import { liveEventFromWire } from '@vectrade/core/adapter'
import type { FeedContext } from './feed-context.ts'
import { readEvents } from './feed-scripts.ts'

/** What Redis knows about a symbol. */
export interface KnownSymbol {
  readonly symbol: string
  /** The id after which the events about it are complete. Undefined if no instance follows it. */
  readonly since: string | undefined
  readonly latest: SharedEvent | undefined
}

/** Some of the events of a feed. */
export interface FeedPage {
  /** The id of the last event of the feed, empty if there is none. */
  readonly last: string
  /** In order. The first one has the id that was asked for, or a later one if that is missing. */
  readonly entries: readonly FeedEntry[]
  readonly symbols: readonly KnownSymbol[]
}

/** An entry of the feed. Some have no event. */
export interface FeedEntry {
  readonly id: string
  readonly event: LiveEvent | undefined
}

/** The most events that are read from Redis at once. */
const pageSize = 500

type Reply = [
  last: string,
  entries: [id: string, fields: [name: 'e', json: string]][],
  known: [since: string | null, latest: string | null][],
]

/**
 * Reads events from an id on, and what is known about symbols, all at one moment.
 *
 * @param from the id of the first event. Empty to read no events.
 */
export async function readPage(
  context: FeedContext,
  from: string,
  symbols: readonly string[] = [],
): Promise<FeedPage> {
  const reply = await context.run(readEvents, [from, pageSize, ...symbols])
  const [last, entries, known] = reply as Reply
  return {
    last,
    entries: entries.map(([id, [, json]]) => ({
      id,
      event: json === '' ? undefined : liveEventFromWire(JSON.parse(json)),
    })),
    symbols: symbols.map((symbol, at) => {
      const [since, latest] = known[at] ?? []
      return { symbol, since: since ?? undefined, latest: toLatest(latest) }
    }),
  }
}

function toLatest(text: string | null | undefined): SharedEvent | undefined {
  if (typeof text !== 'string') return undefined
  const space = text.indexOf(' ')
  return {
    id: text.slice(0, space),
    event: liveEventFromWire(JSON.parse(text.slice(space + 1))),
  }
}

/** Whether an event of the feed is for a reader of symbols. Only quotes depend on symbols. */
export function isWanted(event: LiveEvent, symbols: ReadonlySet<string>): boolean {
  return event.type !== 'quote.update' || symbols.has(event.symbol)
}
