import { afterEach, beforeEach, vi } from 'vitest'
import type { LiveEvent, LiveFeed, LiveOptions } from '../index.ts'
import { quote, take } from './live-events.ts'
import { type Connection, LiveServer } from './live-server.ts'

/** A new server for each test, and a clock that the test controls. Each random number is 1. */
export interface LiveLab {
  server: LiveServer
  subscribe: (symbols?: string[], options?: LiveOptions) => LiveFeed
}

export function useLiveServer(): LiveLab {
  const lab: LiveLab = {
    server: new LiveServer(),
    subscribe: (symbols = ['NVDA'], options = {}) =>
      lab.server.client.live.subscribe({ symbols }, options),
  }
  beforeEach(() => {
    lab.server = new LiveServer()
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(1)
  })
  afterEach(() => {
    lab.server.client.close()
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  return lab
}

/** Follows NVDA, and reads its first quote, whose id is 1. */
export async function beginFeed(
  lab: LiveLab,
): Promise<{ feed: LiveFeed; iterator: AsyncIterator<LiveEvent>; old: Connection }> {
  const feed = lab.subscribe()
  const iterator = feed[Symbol.asyncIterator]()
  const old = await lab.server.connection(1)
  old.send(quote('NVDA', 1), '1')
  await take(iterator, 1)
  return { feed, iterator, old }
}
