import { expect, vi } from 'vitest'
import type { LiveEvent, LiveFeedLike, SharedEvent, SharedReplay } from '../index.ts'
import { ControlledFeed, quote } from './controlled-feed.ts'
import { liveEndpoint } from './live-endpoint.ts'

/** Events with ids that all instances know: 1, 2, 3 and so on. */
export class SharedFeed extends ControlledFeed {
  lastEventId = '0'
  /** Makes the result of `replay`. A test may replace it. */
  replayed: () => ReturnType<NonNullable<LiveFeedLike['replay']>> = async () => 'unknown'
  readonly replays: string[] = []
  /** The limit of the last replay. */
  limit: number | undefined

  replay(
    after: string,
    symbols: readonly string[],
    limit: number,
  ): ReturnType<SharedFeed['replayed']> {
    this.replays.push(`${after} ${symbols.join(',')}`)
    this.limit = limit
    return this.replayed()
  }

  /** Brings an event with the next id. The id counts as read at once. */
  bring(event: LiveEvent): void {
    this.lastEventId = String(Number(this.lastEventId) + 1)
    this.send(event)
  }
}

/** Makes the result of a replay. */
export function replayOf(events: readonly SharedEvent[], latest: LiveEvent[] = []): SharedReplay {
  return { events, latest }
}

/** Lets a feed return a replay when the test says so. */
export function holdReplay(
  feed: SharedFeed,
  result: SharedReplay,
): { asked: () => Promise<void>; finish: () => void } {
  let finish: (() => void) | undefined
  feed.replayed = async () => {
    await new Promise<void>((resolve) => (finish = resolve))
    return result
  }
  return {
    asked: () => vi.waitFor(() => expect(finish).toBeDefined()),
    finish: () => finish?.(),
  }
}

export const price = (at: number): LiveEvent => quote('NVDA', at)

/** An instance of a server, with a feed that it shares with others. */
export function instance(): { feed: SharedFeed } & Pick<ReturnType<typeof liveEndpoint>, 'get'> {
  const feed = new SharedFeed()
  return { feed, get: liveEndpoint({ feed }).get }
}

/** Returns the id of a reader after the first event of an instance. */
export async function firstId(): Promise<string> {
  const { feed, get } = instance()
  const caller = await get()
  feed.bring(price(1))
  return (await caller.next())?.id ?? ''
}
