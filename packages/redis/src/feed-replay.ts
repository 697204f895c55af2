import type { ReplayProblem, SharedEvent, SharedReplay } from '@vectrade/core'
import type { FeedContext } from './feed-context.ts'
import { type FeedPage, isWanted, readPage } from './feed-page.ts'
import { isLater, isEntryId } from './entry-id.ts'

/**
 * Returns the events after an id that a reader of symbols wants, or why that is not possible.
 *
 * @param until returns the id of the last event to return. It is called at the end.
 * @throws StreamStoreError if Redis does not answer
 */
export async function readReplay(
  context: FeedContext,
  after: string,
  symbols: readonly string[],
  until: () => string,
): Promise<SharedReplay | ReplayProblem> {
  if (!isEntryId(after)) return 'unknown'
  let page = await readPage(context, after, symbols)
  const { last, symbols: known } = page
  if (isLater(after, last)) return 'unknown'
  if (!isComplete(page, after)) return 'expired'
  const wanted = new Set(symbols)
  const events: SharedEvent[] = []
  for (;;) {
    // The reader has the first entry.
    const entries = page.entries.slice(1)
    for (const { id, event } of entries) {
      if (event !== undefined && isWanted(event, wanted)) events.push({ id, event })
    }
    const end = entries.at(-1)?.id
    if (end === undefined || end === last) break
    page = await readPage(context, end)
    if (page.entries[0]?.id !== end) return 'expired'
  }
  const limit = until()
  const latest = known.flatMap((symbol) => symbol.latest ?? [])
  const isInTime = ({ id }: SharedEvent): boolean => !isLater(id, limit)
  return {
    events: events.filter(isInTime),
    latest: latest.filter(isInTime).map(({ event }) => event),
  }
}

/** Whether Redis still has all events after an id, and the leader has followed the symbols all the time. */
function isComplete({ entries, symbols }: FeedPage, after: string): boolean {
  return (
    entries[0]?.id === after &&
    symbols.every(({ since }) => since !== undefined && !isLater(since, after))
  )
}
