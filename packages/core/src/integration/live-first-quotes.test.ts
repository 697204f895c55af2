import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ControlledFeed, quote } from '../test-support/controlled-feed.ts'
import { liveEndpoint } from '../test-support/live-endpoint.ts'
import { events, read } from '../test-support/read-events.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a reader does not begin with', () => {
  test.for([true, false])(
    'a quote from before a failure (a feed that is told the symbols: %s)',
    async (hasSymbols) => {
      const feed = new ControlledFeed()
      if (!hasSymbols) Object.assign(feed, { add: undefined, remove: undefined })
      const { get } = liveEndpoint({ feed })
      const caller = await get()
      feed.send(quote('NVDA', 1))
      await read(caller, 1)
      feed.fail(new Error('mine'))
      expect((await read(caller, 1))[0]?.name).toBe('error')
      feed.recover()
      const next = await get()
      feed.send(quote('NVDA', 2))
      expect(events(await read(next, 1))).toEqual([quote('NVDA', 2)])
    },
  )

  test('a quote that came after its symbol was given up', async () => {
    const { feed, get } = liveEndpoint()
    const keeper = await get('?symbols=AMD')
    const caller = await get('?symbols=NVDA')
    await caller.cancel()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(feed.symbols).toEqual(new Set(['AMD']))
    feed.send(quote('NVDA', 1), quote('AMD', 1))
    await read(keeper, 1)
    const next = await get('?symbols=NVDA')
    feed.send(quote('NVDA', 2))
    expect(events(await read(next, 1))).toEqual([quote('NVDA', 2)])
  })
})
