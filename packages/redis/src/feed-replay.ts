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

/**
 * Returns the events after an id that a reader of symbols wants, up to the last one that the instance has used, or why
 * that is not possible.
 *
 * If the id comes from an instance that is ahead of this one, it waits until this one has caught up. Otherwise, this one
 * would bring events that the reader already has.
 *
 * @param instance reads the feed on this instance
 * @throws StreamStoreError if Redis does not answer, or this instance does not catch up
 */
export async function readReplay(
  context: FeedContext,
  after: string,
  symbols: readonly string[],
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
  const { settledId: limit, usedId } = instance
  const isInTime = ({ id }: SharedEvent): boolean => !isLater(id, limit)
  const wanted = new Set(symbols)
  const events: SharedEvent[] = []
  for (;;) {
    // The reader has the first entry.
    const entries = page.entries.slice(1)
    for (const { id, event } of entries) {
      if (event !== undefined && isWanted(event, wanted)) events.push({ id, event })
    }
    const end = entries.at(-1)?.id
    if (end === undefined || !isLater(limit, end)) break
    page = await readPage(context, end)
    if (page.entries[0]?.id !== end) return 'expired'
  }
  const latest = known.flatMap((symbol) => symbol.latest ?? [])
  return {
    events: events.filter(isInTime),
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
