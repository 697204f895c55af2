import type { FeedContext } from './feed-context.ts'
import { type FeedEvent, type FeedPage, isWanted, readPage } from './feed-page.ts'
import { isLater, isStreamId } from './stream-id.ts'

/** Why a reader cannot continue after an id, as in a `GapEvent`. */
export type ReplayProblem = 'expired' | 'unknown'

/**
 * Returns the events after an id that a reader of symbols wants, or why that is not possible.
 *
 * @throws StreamStoreError if Redis does not answer
 */
export async function readReplay(
  context: FeedContext,
  after: string,
  symbols: readonly string[],
): Promise<FeedEvent[] | ReplayProblem> {
  if (!isStreamId(after)) return 'unknown'
  let page = await readPage(context, after, symbols)
  const { last } = page
  if (isLater(after, last)) return 'unknown'
  if (!isComplete(page, after)) return 'expired'
  const wanted = new Set(symbols)
  const events: FeedEvent[] = []
  for (;;) {
    // The reader has the first entry.
    const entries = page.entries.slice(1)
    for (const { id, event } of entries) {
      if (event !== undefined && isWanted(event, wanted)) events.push({ id, event })
    }
    const end = entries.at(-1)?.id
    if (end === undefined || end === last) return events
    page = await readPage(context, end)
    if (page.entries[0]?.id !== end) return 'expired'
  }
}

/** Whether Redis still has all events after an id, and the leader has followed the symbols all the time. */
function isComplete({ entries, symbols }: FeedPage, after: string): boolean {
  return (
    entries[0]?.id === after &&
    symbols.every(({ since }) => since !== undefined && !isLater(since, after))
  )
}
