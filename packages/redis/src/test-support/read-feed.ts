import type { LiveEvent } from '@vectrade/core'
import type { RedisFeed } from '../index.ts'

/** What was read from a feed so far. */
export interface FeedReading {
  readonly events: LiveEvent[]
  /** The id after each event. */
  readonly ids: string[]
  /** Resolves with `'without error'` or the error. */
  readonly ended: Promise<unknown>
}

/** Reads a feed in the background. */
export function readFeed(feed: RedisFeed): FeedReading {
  const events: LiveEvent[] = []
  const ids: string[] = []
  const ended = (async () => {
    for await (const event of feed) {
      events.push(event)
      ids.push(feed.lastEventId)
    }
    return 'without error'
  })().catch((error: unknown) => error)
  return { events, ids, ended }
}
