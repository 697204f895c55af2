import { describe, expect, test, vi } from 'vitest'
import { StreamStoreError } from '../index.ts'
import { ControlledFeed, quote } from '../test-support/controlled-feed.ts'
import { liveEndpoint, type Received } from '../test-support/live-endpoint.ts'
import {
  firstId,
  holdReplay,
  instance,
  price,
  replayOf,
  SharedFeed,
} from '../test-support/shared-feed.ts'

const turn = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 5))
const isQuote = ({ event }: Received): boolean => event['type'] === 'quote.update'

describe('a reader that comes from another instance', () => {
  test('continues after its last event', async () => {
    const id = await firstId()
    const { feed, get } = instance()
    feed.lastEventId = '3'
    feed.replayed = async () =>
      replayOf([
        { id: '2', event: price(2) },
        { id: '3', event: price(3) },
      ])
    const caller = await get('?symbols=NVDA', { 'last-event-id': id })
    expect(feed.replays).toEqual(['1 NVDA'])
    feed.bring(price(4))
    expect(await caller.take(3)).toEqual([price(2), price(3), price(4)])
  })

  test('gets each event once, also those that come while it waits for the replay', async () => {
    const id = await firstId()
    const { feed, get } = instance()
    feed.lastEventId = '2'
    const replay = holdReplay(
      feed,
      replayOf([
        { id: '2', event: price(2) },
        { id: '3', event: price(3) },
      ]),
    )
    const coming = get('?symbols=NVDA', { 'last-event-id': id })
    await replay.asked()
    feed.bring(price(3))
    await turn()
    feed.bring(price(4))
    await turn()
    replay.finish()
    const caller = await coming
    feed.bring(price(5))
    expect(await caller.take(4)).toEqual([price(2), price(3), price(4), price(5)])
  })

  test('gets nothing twice if the last event that the feed has brought is for no reader', async () => {
    const id = await firstId()
    const feed = new SharedFeed()
    feed.lastEventId = '1'
    const { get } = liveEndpoint({ feed, symbols: ['NVDA'] })
    const replay = holdReplay(feed, {
      ...replayOf([{ id: '2', event: price(2) }]),
      lastEventId: '3',
    })
    const coming = get('?symbols=NVDA', { 'last-event-id': id })
    await replay.asked()
    feed.bring(price(2))
    await turn()
    feed.bring(quote('AMD', 3))
    await turn()
    feed.bring(price(4))
    replay.finish()
    expect(await (await coming).take(2)).toEqual([price(2), price(4)])
  })

  test('gets nothing twice from an instance that was behind', async () => {
    const id = await firstId()
    const { feed, get } = instance()
    // The feed has caught up. The reader has missed nothing.
    const replay = holdReplay(feed, { ...replayOf([]), lastEventId: '1' })
    const coming = get('?symbols=NVDA', { 'last-event-id': id })
    await replay.asked()
    feed.bring(price(1))
    await turn()
    feed.bring(price(2))
    replay.finish()
    expect(await (await coming).take(1)).toEqual([price(2)])
  })

  test('leaves the latest quotes for readers that come later', async () => {
    const { feed, get } = instance()
    feed.replayed = async () => replayOf([], [price(1)])
    await get('?symbols=NVDA', { 'last-event-id': await firstId() })
    expect(await (await get()).take(1)).toEqual([price(1)])
  })

  test('leaves them for readers that wait for a first quote, and does not get them again', async () => {
    const id = await firstId()
    const { feed, get } = instance()
    feed.lastEventId = '1'
    const waiting = await get()
    const replay = holdReplay(feed, replayOf([], [price(1)]))
    const coming = get('?symbols=NVDA,AMD', { 'last-event-id': id })
    await replay.asked()
    const other = await get('?symbols=NVDA,AMD')
    feed.bring(quote('AMD', 2))
    await turn()
    replay.finish()
    const caller = await coming
    expect(await waiting.take(1)).toEqual([price(1)])
    expect(await other.take(2)).toEqual([quote('AMD', 2), price(1)])
    feed.bring(price(3))
    expect(await caller.take(2)).toEqual([quote('AMD', 2), price(3)])
    expect(await waiting.take(1)).toEqual([price(3)])
  })

  test('does not get a quote again that another one leaves for readers that wait', async () => {
    const headers = { 'last-event-id': await firstId() }
    const { feed, get } = instance()
    feed.lastEventId = '1'
    const first = holdReplay(feed, replayOf([], [price(1)]))
    const firstComing = get('?symbols=NVDA', headers)
    await first.asked()
    const second = holdReplay(feed, replayOf([], [price(1)]))
    const secondComing = get('?symbols=NVDA', headers)
    await second.asked()
    first.finish()
    await firstComing
    await turn()
    feed.bring(price(2))
    await turn()
    second.finish()
    for (const coming of [firstComing, secondComing]) {
      expect(await (await coming).take(1)).toEqual([price(2)])
    }
  })

  test('can continue at a third instance after each of these events', async () => {
    const { feed, get } = instance()
    const replayed = [
      { id: '2', event: price(2) },
      { id: '3', event: price(3) },
    ]
    feed.replayed = async () => replayOf(replayed)
    const caller = await get('?symbols=NVDA', { 'last-event-id': await firstId() })
    const id = (await caller.next())?.id ?? ''
    const third = instance()
    await third.get('?symbols=NVDA', { 'last-event-id': id })
    expect(third.feed.replays).toEqual(['2 NVDA'])
  })

  test('gets what it wants only, and the latest quotes of symbols that are new to it', async () => {
    const id = await firstId()
    const { feed, get } = instance()
    await get('?symbols=AMD')
    feed.bring(quote('AMD', 7))
    await turn()
    const news = { type: 'news.published', id: '1', title: 't', symbols: ['NVDA'] } as never
    feed.replayed = async () =>
      replayOf([
        { id: '2', event: news },
        { id: '3', event: price(3) },
        { id: '4', event: quote('AMD', 6) },
      ])
    feed.lastEventId = '4'
    const query = '?symbols=NVDA,AMD&added=AMD'
    const caller = await get(query, { 'last-event-id': id })
    expect(feed.replays).toEqual(['1 NVDA'])
    expect((await caller.next())?.event).toEqual(price(3))
    const last = await caller.next()
    expect(last?.event).toEqual(quote('AMD', 7))
    // Its id is that of a place after all of them, so none is sent again.
    const third = instance()
    await third.get('?symbols=NVDA,AMD', { 'last-event-id': last?.id ?? '' })
    expect(third.feed.replays).toEqual(['4 NVDA,AMD'])
  })

  test.for<[string, SharedFeed['replayed'], string]>([
    ['they are no longer there', async () => 'expired', 'expired'],
    ['no one knows its last event', async () => 'unknown', 'unknown'],
    ['this fails', () => Promise.reject(new Error('mine')), 'unknown'],
    [
      'they are too many',
      async () =>
        replayOf(Array.from({ length: 1001 }, (_, at) => ({ id: `${at}`, event: price(at) }))),
      'expired',
    ],
  ])('gets a gap and the latest quotes if %s', async ([, replayed, reason]) => {
    const id = await firstId()
    const feed = new SharedFeed()
    const { get } = liveEndpoint({ feed, onError: () => {} })
    await get()
    feed.bring(price(9))
    await turn()
    feed.replayed = replayed
    const caller = await get('?symbols=NVDA', { 'last-event-id': id })
    feed.bring(price(10))
    expect(await caller.take(3)).toEqual([{ type: 'gap', reason, since: id }, price(9), price(10)])
    expect(feed.limit).toBe(1000)
  })

  test('does not stay if the feed replays something else than its type says', async () => {
    const id = await firstId()
    const feed = new SharedFeed()
    feed.replayed = async () => ({ events: [] }) as never
    const onError = vi.fn()
    const { get } = liveEndpoint({ feed, onError })
    const { response } = await get('?symbols=NVDA', { 'last-event-id': id })
    expect(response.status).toBe(500)
    expect(onError).toHaveBeenCalledOnce()
    await vi.waitFor(() => expect(feed.symbols.size).toBe(0), 20_000)
  })

  test('gets a gap while Redis is away, and the server gets a warning', async () => {
    const id = await firstId()
    const feed = new SharedFeed()
    feed.replayed = () => Promise.reject(new StreamStoreError('away', 'unavailable'))
    const onError = vi.fn()
    const warn = vi.fn()
    const { get } = liveEndpoint({ feed, onError, logger: { warn } })
    const caller = await get('?symbols=NVDA', { 'last-event-id': id })
    expect(await caller.take(1)).toEqual([{ type: 'gap', reason: 'unknown', since: id }])
    expect(onError).not.toHaveBeenCalled()
    expect(warn).toHaveBeenCalledOnce()
  })

  test('and leaves during the replay does not stay', async () => {
    const id = await firstId()
    const feed = new SharedFeed()
    const replay = holdReplay(feed, replayOf([]))
    const { handler } = liveEndpoint({ feed })
    const controller = new AbortController()
    const url = 'https://app.example/api/live?symbols=NVDA'
    const { signal } = controller
    const coming = handler(new Request(url, { headers: { 'last-event-id': id }, signal }))
    await replay.asked()
    controller.abort()
    replay.finish()
    await coming
    await vi.waitFor(() => expect(feed.symbols.size).toBe(0), 20_000)
  })
})

test('an instance replays its own history first, and then asks the feed', async () => {
  const feed = new SharedFeed()
  const { get } = liveEndpoint({ feed, replay: { events: 2 } })
  const keeper = await get('?symbols=NVDA,AMD')
  const ids: string[] = []
  for (const event of [price(1), price(2), quote('AMD', 3), price(4)]) {
    feed.bring(event)
    ids.push((await keeper.next())?.id ?? '')
  }
  const near = await get('?symbols=NVDA', { 'last-event-id': ids[1] ?? '' })
  expect(await near.take(1)).toEqual([price(4)])
  expect(feed.replays).toEqual([])
  feed.replayed = async () => replayOf([2, 4].map((at) => ({ id: `${at}`, event: price(at) })))
  const far = await get('?symbols=NVDA', { 'last-event-id': ids[0] ?? '' })
  expect(feed.replays).toEqual(['1 NVDA'])
  expect(await far.take(2)).toEqual([price(2), price(4)])
})

test('a feed without `replay` shares no ids', async () => {
  const feed = Object.assign(new ControlledFeed(), { lastEventId: '1' })
  const caller = await liveEndpoint({ feed }).get()
  feed.send(price(1))
  const first = (await caller.next()) as Received
  expect(isQuote(first)).toBe(true)
  const other = instance()
  const again = await other.get('?symbols=NVDA', { 'last-event-id': first.id ?? '' })
  expect(other.feed.replays).toEqual([])
  expect(await again.take(1)).toEqual([{ type: 'gap', reason: 'unknown', since: first.id }])
})
