import {
  type ReplayProblem,
  type SharedEvent,
  type SharedReplay,
  StreamStoreError,
} from '@vectrade/core'
import type { FeedContext } from './feed-context.ts'
import { type FeedPage, isWanted, readPage } from './feed-page.ts'
import type { FeedReader } from './feed-reader.ts'
import { isLater, isEntryId } from './entry-id.ts'

/** How long to wait for an instance that is behind, in ms. */
const longestLag = 2000

/** What a reader that comes back asks for. */
export interface ReplayRequest {
  readonly after: string
  readonly symbols: readonly string[]
  /** The most events. */
  readonly limit: number
}

/**
 * Returns the events of some symbols after the id `after`, up to the last one that this instance has used. If it
 * cannot, it returns the reason.
 *
 * If `after` comes from an instance that is ahead of this one, it waits until this one has caught up. Otherwise, this
 * one would send events that the reader already has.
 *
 * @param instance reads the feed on this instance
 * @throws StreamStoreError if Redis does not answer, or this instance does not catch up
 */
export async function readReplay(
  context: FeedContext,
  { after, symbols, limit }: ReplayRequest,
  instance: Pick<FeedReader, 'hasSettled' | 'settledId' | 'usedId'>,
): Promise<SharedReplay | ReplayProblem> {
  if (!isEntryId(after)) return 'unknown'
  let page = await readPage(context, after, symbols)
  const { last, symbols: known } = page
  if (isLater(after, last)) return 'unknown'
  if (!isComplete(page, after)) return 'expired'
  if (!(await instance.hasSettled(after, longestLag))) {
    throw new StreamStoreError('The live feed of this instance is not ready', 'unavailable')
  }
  const { settledId, usedId } = instance
  const isInTime = ({ id }: { id: string }): boolean => !isLater(id, settledId)
  const wanted = new Set(symbols)
  const events: SharedEvent[] = []
  for (;;) {
    // The reader has the first entry.
    const entries = page.entries.slice(1)
    for (const { id, event } of entries.filter(isInTime)) {
      if (event !== undefined && isWanted(event, wanted)) events.push({ id, event })
    }
    if (events.length > limit) return 'expired'
    const end = entries.at(-1)?.id
    if (end === undefined || !isLater(settledId, end)) break
    page = await readPage(context, end)
    if (page.entries[0]?.id !== end) return 'expired'
  }
  const latest = known.flatMap((symbol) => symbol.latest ?? [])
  return {
    events,
    latest: latest.filter(isInTime).map(({ event }) => event),
    lastEventId: usedId,
  }
}

/** Whether Redis still has all events after an id, and the leader has followed the symbols all the time. */
function isComplete({ entries, symbols }: FeedPage, after: string): boolean {
  return (
    entries[0]?.id === after &&
    symbols.every(({ since }) => since !== undefined && !isLater(since, after))
  )
}
