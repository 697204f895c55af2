import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LiveEvent } from '../../events/live-event.ts'
import { quote } from '../../test-support/controlled-feed.ts'
import { type LiveEndpoint, liveEndpoint, type Received } from '../../test-support/live-endpoint.ts'
import { events, read } from '../../test-support/read-events.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Passes on what was sent. */
const turn = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1)

/** Connects again after an event. */
const after = (endpoint: LiveEndpoint, last: Received | undefined, query?: string) =>
  endpoint.get(query, { 'last-event-id': last?.id ?? '' })

describe('a reader that comes back', () => {
  test('continues after its last event', async () => {
    const endpoint = liveEndpoint()
    const caller = await endpoint.get()
    endpoint.feed.send(quote('NVDA', 1), quote('NVDA', 2), quote('NVDA', 3))
    const [first] = await read(caller, 1)
    await caller.cancel()
    endpoint.feed.send(quote('NVDA', 4))
    await turn()
    const again = await after(endpoint, first)
    expect(events(await read(again, 3))).toEqual([2, 3, 4].map((price) => quote('NVDA', price)))
    endpoint.feed.send(quote('NVDA', 5))
    expect(events(await read(again, 1))).toEqual([quote('NVDA', 5)])
  })

  test('continues in the middle of events that were not passed on yet', async () => {
    const endpoint = liveEndpoint()
    const caller = await endpoint.get()
    endpoint.feed.send(quote('NVDA', 1))
    const [first] = await read(caller, 1)
    endpoint.feed.send(quote('NVDA', 2))
    // The hub has the event, and its turn has not come yet.
    await Promise.resolve()
    const again = await after(endpoint, first)
    endpoint.feed.send(quote('NVDA', 3))
    expect(events(await read(again, 2))).toEqual([quote('NVDA', 2), quote('NVDA', 3)])
    expect(events(await read(caller, 2))).toEqual([quote('NVDA', 2), quote('NVDA', 3)])
  })

  test('gets a gap with the reason unknown if another instance has sent its last event', async () => {
    const endpoint = liveEndpoint()
    const caller = await endpoint.get()
    endpoint.feed.send(quote('NVDA', 1))
    const [first] = await read(caller, 1)
    const other = liveEndpoint()
    const since = first?.id
    expect(events(await read(await after(other, first), 1))).toEqual([
      { type: 'gap', reason: 'unknown', since },
    ])
    const anything = await endpoint.get('', { 'last-event-id': 'anything' })
    expect(events(await read(anything, 1))).toEqual([
      { type: 'gap', reason: 'unknown', since: 'anything' },
    ])
  })

  test.for<[string, { events?: number; ms?: number }, number]>([
    ['number', { events: 2 }, 0],
    ['time', { ms: 1000 }, 1000],
  ])(
    'gets a gap and the latest quote if its events are no longer kept (%s)',
    async ([, replay, ms]) => {
      const endpoint = liveEndpoint({ replay })
      const keeper = await endpoint.get('?symbols=NVDA,AMD')
      endpoint.feed.send(quote('AMD', 1), quote('NVDA', 1))
      const [first] = await read(keeper, 1)
      endpoint.feed.send(quote('NVDA', 2), quote('NVDA', 3))
      await turn()
      await vi.advanceTimersByTimeAsync(ms)
      const again = await after(endpoint, first, '?symbols=NVDA,AMD')
      const received = await read(again, 3)
      expect(events(received)).toEqual([
        { type: 'gap', reason: 'expired', since: first?.id },
        quote('NVDA', 3),
        quote('AMD', 1),
      ])
      // Only the last one has an id. A reader that is cut before it must begin again.
      expect(received.map(({ id }) => id !== undefined)).toEqual([false, false, true])
      const third = await after(endpoint, received[2], '?symbols=NVDA,AMD')
      endpoint.feed.send(quote('NVDA', 4))
      expect(events(await read(third, 1))).toEqual([quote('NVDA', 4)])
    },
  )

  test('gets a gap if no one has followed its symbol in the meantime', async () => {
    const endpoint = liveEndpoint()
    const keeper = await endpoint.get('?symbols=AMD')
    const caller = await endpoint.get('?symbols=NVDA')
    endpoint.feed.send(quote('NVDA', 1))
    const [first] = await read(caller, 1)
    await caller.cancel()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(endpoint.feed.calls).toEqual(['add AMD', 'add NVDA', 'remove NVDA'])
    const again = await after(endpoint, first, '?symbols=NVDA')
    // The quote from before is no longer the latest one.
    expect(events(await read(again, 1))).toEqual([
      { type: 'gap', reason: 'expired', since: first?.id },
    ])
    await keeper.cancel()
  })

  test('gets a gap of the upstream after the quotes that are older than the gap', async () => {
    const endpoint = liveEndpoint()
    const keeper = await endpoint.get('?symbols=NVDA,AMD')
    const gap = { type: 'gap', reason: 'upstream' } as const
    endpoint.feed.send(quote('NVDA', 1), quote('AMD', 1), gap, quote('AMD', 2))
    await turn()
    const caller = await endpoint.get('?symbols=AMD,NVDA')
    expect(events(await read(caller, 3))).toEqual([quote('NVDA', 1), gap, quote('AMD', 2)])
    endpoint.feed.send(quote('NVDA', 3))
    await turn()
    const later = await endpoint.get('?symbols=AMD,NVDA')
    expect(events(await read(later, 2))).toEqual([quote('AMD', 2), quote('NVDA', 3)])
    await keeper.cancel()
  })

  test('does not begin with a quote that was on its way when its symbol was removed', async () => {
    const endpoint = liveEndpoint()
    const keeper = await endpoint.get('?symbols=AMD')
    const caller = await endpoint.get('?symbols=NVDA')
    await caller.cancel()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(endpoint.feed.calls.at(-1)).toBe('remove NVDA')
    endpoint.feed.send(quote('NVDA', 1))
    await turn()
    const again = await endpoint.get('?symbols=NVDA')
    endpoint.feed.send(quote('NVDA', 3))
    expect(events(await read(again, 1))).toEqual([quote('NVDA', 3)])
    await keeper.cancel()
  })

  test('with new symbols gets their latest quotes after what it has missed, and no older ones', async () => {
    const endpoint = liveEndpoint()
    const other = await endpoint.get('?symbols=AMD')
    const caller = await endpoint.get('?symbols=NVDA')
    endpoint.feed.send(quote('NVDA', 1))
    const [first] = await read(caller, 1)
    endpoint.feed.send(quote('AMD', 1), quote('NVDA', 2), quote('AMD', 2))
    await turn()
    const again = await after(endpoint, first, '?symbols=NVDA,AMD&added=AMD')
    const received = await read(again, 2)
    expect(events(received)).toEqual([quote('NVDA', 2), quote('AMD', 2)])
    endpoint.feed.send(quote('AMD', 3))
    expect(events(await read(again, 1))).toEqual([quote('AMD', 3)])
    // A reader that is cut after the latest quote does not get it again.
    const third = await after(endpoint, received[1], '?symbols=NVDA,AMD')
    expect(events(await read(third, 1))).toEqual([quote('AMD', 3)])
    await other.cancel()
  })

  test('continues after a heartbeat, even if its own symbols were silent for long', async () => {
    const endpoint = liveEndpoint({ replay: { events: 1 }, heartbeat: 1000 })
    const keeper = await endpoint.get('?symbols=AMD')
    const { response } = await endpoint.get('?symbols=NVDA')
    const reader = response.body?.getReader()
    const text = async (): Promise<string> =>
      new TextDecoder().decode((await reader?.read())?.value)
    await text()
    endpoint.feed.send(quote('AMD', 1), quote('AMD', 2), quote('AMD', 3))
    const beat = text()
    await vi.advanceTimersByTimeAsync(1000)
    const id = /id: (\S+)/.exec(await beat)?.[1] ?? ''
    const again = await endpoint.get('?symbols=NVDA', { 'last-event-id': id })
    endpoint.feed.send(quote('NVDA', 1))
    expect(events(await read(again, 1))).toEqual([quote('NVDA', 1)])
    await keeper.cancel()
  })

  test('gets a long replay whole', async () => {
    const endpoint = liveEndpoint()
    const caller = await endpoint.get()
    const prices = Array.from({ length: 900 }, (_, at) => at)
    endpoint.feed.send(quote('NVDA', -1))
    const [first] = await read(caller, 1)
    await caller.cancel()
    endpoint.feed.send(...prices.map((price) => quote('NVDA', price)))
    await vi.advanceTimersByTimeAsync(100)
    const again = await after(endpoint, first)
    expect(events(await read(again, 900))).toEqual(prices.map((price) => quote('NVDA', price)))
  })
})

describe('symbols', () => {
  test('are counted: the feed follows each once, until its last reader has left', async () => {
    const { feed, get } = liveEndpoint()
    const a = await get('?symbols=NVDA,AMD')
    const b = await get('?symbols=AMD,TSLA')
    expect(feed.calls).toEqual(['add NVDA,AMD', 'add TSLA'])
    await a.cancel()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(feed.calls.slice(2)).toEqual(['remove NVDA'])
    await b.cancel()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(feed.calls.slice(3)).toEqual(['remove AMD,TSLA'])
    expect(feed.symbols.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('stay followed during a reload', async () => {
    const { feed, get } = liveEndpoint()
    for (let at = 0; at < 3; at += 1) {
      const caller = await get()
      await caller.cancel()
      await vi.advanceTimersByTimeAsync(1_999)
    }
    expect(feed.calls).toEqual(['add NVDA'])
  })

  test('are not followed for readers of news only', async () => {
    const { feed, get } = liveEndpoint()
    await get('?symbols=NVDA&channels=news')
    expect(feed.calls).toEqual([])
  })
})

describe('a reader that stalls', () => {
  test('gets a gap with the number of missed events, then the latest quotes, then changes', async () => {
    const { feed, get } = liveEndpoint()
    const stalled = await get('?symbols=NVDA,AMD')
    const reading = await get('?symbols=NVDA,AMD')
    feed.send(quote('AMD', 7))
    const [first] = await read(stalled, 1)
    const prices = Array.from({ length: 2_000 }, (_, at) => at)
    feed.send(...prices.map((price) => quote('NVDA', price)))
    // The others get all, although the burst is longer than what may wait for one of them.
    expect(events(await read(reading, 2_001))).toEqual([
      quote('AMD', 7),
      ...prices.map((price) => quote('NVDA', price)),
    ])
    const missed = await read(stalled, 3)
    expect(events(missed)).toEqual([
      { type: 'gap', reason: 'slow_consumer', since: first?.id, dropped: 2_000 },
      quote('NVDA', 1_999),
      quote('AMD', 7),
    ])
    feed.send(quote('NVDA', -1))
    expect(events(await read(stalled, 1))).toEqual([quote('NVDA', -1)])
  })
})

test('a gap of the upstream is for all its readers, without the id of the upstream', async () => {
  const { feed, get } = liveEndpoint()
  const callers = [await get(), await get('?symbols=AMD'), await get('?channels=news')]
  const gap: LiveEvent = { type: 'gap', reason: 'upstream', since: 'theirs', dropped: 3 }
  feed.send(gap)
  for (const caller of callers) {
    expect(events(await read(caller, 1))).toEqual([{ type: 'gap', reason: 'upstream', dropped: 3 }])
  }
})

test('events of one turn are sent in one chunk', async () => {
  const { feed, get } = liveEndpoint()
  const { response } = await get()
  const reader = response.body?.getReader()
  await reader?.read()
  feed.send(quote('NVDA', 1), quote('NVDA', 2))
  const next = reader?.read()
  await turn()
  expect(new TextDecoder().decode((await next)?.value).match(/^data: /gm)).toHaveLength(2)
})
