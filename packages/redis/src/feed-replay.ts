import type { GapReason } from '@vectrade/core'
import type { FeedContext } from './feed-context.ts'
import { type FeedEvent, type FeedPage, isWanted, readPage } from './feed-page.ts'
import { isLater, isStreamId } from './stream-id.ts'

/**
 * Returns what a reader needs that has everything up to an id.
 *
 * If that is not possible, the result begins with a gap, followed by the latest quotes. Without an id, it begins with
 * the latest quotes. Of these, only the last has an id, because a reader that does not get all of them must begin again.
 *
 * @throws StreamStoreError if Redis does not answer
 */
export async function readReplay(
  context: FeedContext,
  after: string,
  symbols: readonly string[],
): Promise<FeedEvent[]> {
  const from = isStreamId(after) ? after : ''
  const page = await readPage(context, from, symbols)
  if (after === '') return begin(page, undefined)
  const reason = problemOf(page, from)
  if (reason !== undefined) return begin(page, { reason, since: after })
  const wanted = new Set(symbols)
  const events: FeedEvent[] = []
  let next: FeedPage = page
  for (;;) {
    // The first entry is known.
    const entries = next.entries.slice(1)
    for (const { id, event } of entries) {
      if (event !== undefined && isWanted(event, wanted)) events.push({ id, event })
    }
    const last = entries.at(-1)?.id
    if (last === undefined || last === page.last) return events
    next = await readPage(context, last, symbols)
    if (next.entries[0]?.id !== last) return begin(next, { reason: 'expired', since: after })
  }
}

/** Returns why a page cannot continue after an id. Undefined if it can. */
function problemOf({ last, entries, symbols }: FeedPage, from: string): GapReason | undefined {
  if (from === '' || isLater(from, last)) return 'unknown'
  const isComplete =
    entries[0]?.id === from &&
    symbols.every(({ since }) => since !== undefined && !isLater(since, from))
  return isComplete ? undefined : 'expired'
}

function begin(
  { last, symbols }: FeedPage,
  gap: { reason: GapReason; since: string } | undefined,
): FeedEvent[] {
  const events: FeedEvent[] = gap === undefined ? [] : [{ id: '', event: { type: 'gap', ...gap } }]
  for (const { latest } of symbols) {
    if (latest !== undefined) events.push({ id: '', event: latest.event })
  }
  const end = events.pop()
  if (end !== undefined) events.push({ id: last, event: end.event })
  return events
}
