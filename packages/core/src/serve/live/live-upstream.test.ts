import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  AuthenticationError,
  ConnectionError,
  type LiveHandlerOptions,
  type LiveOptions,
  type LiveState,
  VecTrade,
} from '../../index.ts'
import { ControlledFeed, quote } from '../../test-support/controlled-feed.ts'
import { liveEndpoint } from '../../test-support/live-endpoint.ts'

interface FakeClient {
  client: NonNullable<LiveHandlerOptions['client']>
  /** The feeds that were opened, by their channels. */
  feeds: OpenFeed[]
}

interface OpenFeed {
  channels: readonly string[]
  feed: ControlledFeed
  /** Changes the state of the feed. */
  become: (state: LiveState) => void
}

/** A client whose feeds the test controls. */
function fakeClient(): FakeClient {
  const feeds: FakeClient['feeds'] = []
  const subscribe = (
    { channels = [], symbols = [] }: Record<string, readonly string[]>,
    { onStateChange }: LiveOptions = {},
  ): unknown => {
    const feed = Object.assign(new ControlledFeed(), { state: 'live' })
    feed.add(symbols)
    const become = (state: LiveState): void => {
      feed.state = state
      onStateChange?.(state)
    }
    feeds.push({ channels, feed, become })
    return feed
  }
  return { client: { live: { subscribe } } as never, feeds }
}

describe('with a client', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('there is one subscription of each channel for all readers, opened with the first', async () => {
    const { client, feeds } = fakeClient()
    const { get } = liveEndpoint({ client })
    expect(feeds).toHaveLength(0)
    for (let at = 0; at < 5; at += 1) await get('?symbols=NVDA')
    await get('?symbols=NVDA,AMD')
    expect(feeds).toHaveLength(1)
    expect([...(feeds[0]?.feed.symbols ?? [])]).toEqual(['NVDA', 'AMD'])
    await get('?symbols=NVDA&channels=quotes,news')
    await get('?channels=news')
    expect(feeds.map(({ channels }) => channels)).toEqual([['quotes'], ['news']])
    // The feed of the news brings all of them.
    expect(feeds[1]?.feed.symbols.size).toBe(0)
  })

  test('a channel is closed a moment after its last reader has left, and can be opened again', async () => {
    const { client, feeds } = fakeClient()
    const { get } = liveEndpoint({ client })
    const first = await get()
    await first.cancel()
    await vi.advanceTimersByTimeAsync(1_999)
    const second = await get()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(feeds).toHaveLength(1)
    expect(feeds[0]?.feed.isClosed).toBe(false)
    await second.cancel()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(feeds[0]?.feed.isClosed).toBe(true)
    const third = await get()
    expect(feeds).toHaveLength(2)
    feeds[1]?.feed.send(quote('NVDA', 1))
    const reading = third.take(1)
    await vi.advanceTimersByTimeAsync(10)
    expect(await reading).toEqual([quote('NVDA', 1)])
  })

  test('a reader that comes back after that gets a gap', async () => {
    const { client, feeds } = fakeClient()
    const { get } = liveEndpoint({ client })
    const first = await get()
    feeds[0]?.feed.send(quote('NVDA', 1))
    const reading = first.next()
    await vi.advanceTimersByTimeAsync(10)
    const since = (await reading)?.id ?? ''
    await first.cancel()
    await vi.advanceTimersByTimeAsync(2_000)
    const again = await get('?symbols=NVDA', { 'last-event-id': since })
    expect(await again.take(1)).toEqual([{ type: 'gap', reason: 'expired', since }])
  })

  test('a channel that fails ends its readers only, and the next reader opens it again', async () => {
    const { client, feeds } = fakeClient()
    const { get } = liveEndpoint({ client })
    const quotes = await get()
    const news = await get('?channels=news')
    const options = { message: 'Said', type: 'authentication_error', retryable: false }
    feeds[1]?.feed.fail(new AuthenticationError(options))
    // Readers take an `authentication_error` as final, but it is about the server's key.
    const message = 'Live data is not available'
    expect(await news.next()).toMatchObject({
      name: 'error',
      event: { error: { type: 'service_unavailable', message } },
    })
    expect(await news.next()).toBeUndefined()
    const reading = quotes.take(1)
    feeds[0]?.feed.send(quote('NVDA', 1))
    await vi.advanceTimersByTimeAsync(10)
    expect(await reading).toEqual([quote('NVDA', 1)])
    // Each reader would make it fail again, so it is left alone for a while.
    const again = await get('?channels=news')
    expect(again.response.status).toBe(503)
    expect(again.response.headers.get('retry-after')).toBe('5')
    expect(feeds).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(10_000)
    expect((await get('?channels=news')).response.status).toBe(200)
    expect(feeds.map(({ channels }) => channels)).toEqual([['quotes'], ['news'], ['news']])
  })

  test('a request waits until there is a connection, and is refused if there is none', async () => {
    const { client, feeds } = fakeClient()
    const { get } = liveEndpoint({ client })
    const waiting = get()
    await vi.advanceTimersByTimeAsync(0)
    const [opened] = feeds
    opened!.become('reconnecting')
    const refused = get()
    await vi.advanceTimersByTimeAsync(8_000)
    expect((await refused).response.status).toBe(503)
    opened!.become('live')
    await vi.advanceTimersByTimeAsync(0)
    expect((await get()).response.status).toBe(200)
    expect((await waiting).response.status).toBe(200)
  })

  test('readers are told if VecTrade cannot be reached for 10 s', async () => {
    const { client, feeds } = fakeClient()
    const { get } = liveEndpoint({ client })
    const caller = await get()
    const [opened] = feeds
    opened!.become('live')
    opened!.become('reconnecting')
    await vi.advanceTimersByTimeAsync(9_000)
    opened!.become('live')
    opened!.become('reconnecting')
    await vi.advanceTimersByTimeAsync(9_000)
    expect(opened!.feed.isClosed).toBe(false)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(opened!.feed.isClosed).toBe(true)
    expect((await caller.next())?.event).toMatchObject({ error: { type: 'service_unavailable' } })
  })

  test('a client that VecTrade refuses is reported, once for all readers', async () => {
    const { client, feeds } = fakeClient()
    const onError = vi.fn()
    const { get } = liveEndpoint({ client, onError })
    await Promise.all([get(), get()])
    const options = { message: 'Said', type: 'authentication_error', retryable: false }
    const error = new AuthenticationError(options)
    feeds[0]?.feed.fail(error)
    await vi.advanceTimersByTimeAsync(10)
    expect((await get()).response.status).toBe(503)
    expect(onError.mock.calls).toEqual([[error]])
  })

  test("a failure that may pass is logged as the client's own logs are", async () => {
    for (const [level, isLogged] of [
      ['warn', true],
      ['error', false],
    ] as const) {
      const warn = vi.fn()
      const { client, feeds } = fakeClient()
      Object.assign(client.live, { log: { logger: { warn }, level } })
      await liveEndpoint({ client }).get()
      feeds[0]?.feed.fail(new ConnectionError('Lost', 'connect'))
      await vi.advanceTimersByTimeAsync(10)
      const logged = [
        'vectrade: live data has failed (ConnectionError)',
        { event: 'live.failed', error: 'ConnectionError' },
      ]
      expect(warn.mock.calls).toEqual(isLogged ? [logged] : [])
    }
  })

  test('a quote on another channel is for the readers of that channel only', async () => {
    const { client, feeds } = fakeClient()
    const { get } = liveEndpoint({ client })
    const quotes = await get()
    const both = await get('?symbols=NVDA&channels=quotes,news')
    const reading = Promise.all([quotes.take(1), both.take(2)])
    feeds[1]?.feed.send(quote('NVDA', 1))
    await vi.advanceTimersByTimeAsync(10)
    feeds[0]?.feed.send(quote('NVDA', 2))
    await vi.advanceTimersByTimeAsync(10)
    expect(await reading).toEqual([[quote('NVDA', 2)], [quote('NVDA', 1), quote('NVDA', 2)]])
  })

  test('a channel that cannot be opened keeps no other one open', async () => {
    const { client, feeds } = fakeClient()
    const subscribe = client.live.subscribe.bind(client.live)
    client.live.subscribe = (request) => {
      if (request.channels?.includes('news')) throw new Error('mine')
      return subscribe(request)
    }
    const { get } = liveEndpoint({ client, onError: () => {} })
    expect((await get('?symbols=NVDA&channels=quotes,news')).response.status).toBe(500)
    expect(feeds.map(({ feed }) => feed.isClosed)).toEqual([true])
    // A failed request is no reader: the channel is closed when the only reader leaves.
    const reader = await get('?symbols=NVDA')
    expect((await get('?symbols=NVDA&channels=quotes,news')).response.status).toBe(500)
    await reader.cancel()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(feeds.map(({ feed }) => feed.isClosed)).toEqual([true, true])
  })

  test('a missing key is a 500 that is reported', async () => {
    const onError = vi.fn()
    const { get } = liveEndpoint({ client: new VecTrade(), onError })
    for (let at = 0; at < 2; at += 1) expect((await get()).response.status).toBe(500)
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'configuration_error' })
  })
})
