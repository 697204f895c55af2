import { expect, test, vi } from 'vitest'
import { ConfigurationError, RequestAbortedError, StreamConsumedError, VecTrade } from '../index.ts'
import { catchError } from '../test-support/body.ts'
import { quote, take } from '../test-support/live-events.ts'
import { useLiveServer } from '../test-support/use-live-server.ts'

const lab = useLiveServer()

test('a feed asks for its symbols and channels, and delivers quotes', async () => {
  const feed = lab.server.client.live.subscribe({
    symbols: ['NVDA', 'AMD'],
    channels: ['quotes', 'news'],
  })
  expect(feed.state).toBe('connecting')
  const connection = await lab.server.connection(1)
  expect(connection.url.search).toBe('?symbols=NVDA%2CAMD&channels=quotes%2Cnews')
  await feed.ready
  expect(feed.state).toBe('live')
  connection.send(quote('NVDA', 1), 'a')
  connection.send(quote('AMD', 2), 'b')
  const iterator = feed[Symbol.asyncIterator]()
  expect(await take(iterator, 1)).toEqual([quote('NVDA', 1)])
  expect(feed.lastEventId).toBe('a')
  expect(await take(iterator, 1)).toEqual([quote('AMD', 2)])
  expect(feed.latest('NVDA')).toEqual(quote('NVDA', 1))
  expect(feed.latest('TSLA')).toBeUndefined()
  await feed.close()
  expect(await feed.closed).toEqual({ reason: 'closed' })
  expect(feed.state).toBe('closed')
  expect(connection.isClosed).toBe(true)
})

test('events of all kinds come as they are, and anything unknown as `unknown`', async () => {
  const feed = lab.subscribe()
  const connection = await lab.server.connection(1)
  const news = { type: 'news.published', id: 'n', title: 't', symbols: ['NVDA'], more: 1 }
  const alert = {
    type: 'alert.triggered',
    id: 'a',
    symbol: 'NVDA',
    price: 3,
    condition: { operator: 'crosses_above', threshold: 2 },
  }
  connection.send(news)
  connection.send(alert)
  connection.send({ type: 'split.announced', symbol: 'NVDA' })
  connection.write('data: {"type":"quote.update"}\n\ndata: not JSON\n\ndata:\n\n: heartbeat\n\n')
  connection.send(quote('NVDA', 1))
  const iterator = feed[Symbol.asyncIterator]()
  const unknown = (wireType: string, data: unknown): object => ({
    type: 'unknown',
    content: '',
    wireType,
    data,
  })
  expect(await take(iterator, 6)).toEqual([
    news,
    alert,
    unknown('split.announced', { type: 'split.announced', symbol: 'NVDA' }),
    unknown('quote.update', { type: 'quote.update' }),
    unknown('', 'not JSON'),
    quote('NVDA', 1),
  ])
})

test('a feed continues after the id that it is given', async () => {
  lab.subscribe(['NVDA'], { lastEventId: 'x' })
  const connection = await lab.server.connection(1)
  expect(connection.lastEventId).toBe('x')
  expect(connection.url.searchParams.has('added')).toBe(false)
})

test('leaving the loop closes the feed', async () => {
  const feed = lab.subscribe()
  const connection = await lab.server.connection(1)
  connection.send(quote('NVDA', 1))
  for await (const _ of feed) break
  expect(connection.isClosed).toBe(true)
  expect(() => feed[Symbol.asyncIterator]()).toThrow(StreamConsumedError)
})

test('aborting the signal ends the feed, and a signal that is already aborted sends nothing', async () => {
  const controller = new AbortController()
  const feed = lab.subscribe(['NVDA'], { signal: controller.signal })
  const connection = await lab.server.connection(1)
  const read = catchError(take(feed[Symbol.asyncIterator](), 1))
  controller.abort('why')
  expect(await read).toBeInstanceOf(RequestAbortedError)
  expect(await read).toMatchObject({ cause: 'why' })
  expect((await feed.closed).reason).toBe('aborted')
  expect(connection.isClosed).toBe(true)
  const other = lab.subscribe(['NVDA'], { signal: controller.signal })
  expect(await catchError(other.ready)).toBeInstanceOf(RequestAbortedError)
  expect(lab.server.connections).toHaveLength(1)
})

test.for([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 20])(
  'a signal that is aborted %i ticks after the response leaves no connection open',
  async (ticks) => {
    const controller = new AbortController()
    const feed = lab.subscribe(['NVDA'], { signal: controller.signal })
    const connection = await lab.server.connection(1)
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
    controller.abort()
    await feed.closed
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.isClosed).toBe(true)
    expect(feed.state).toBe('closed')
  },
)

test('`add` and `remove` refuse what is no array of symbols', async () => {
  const feed = lab.subscribe()
  expect(() => feed.add('NVDA' as never)).toThrow(ConfigurationError)
  expect(() => feed.remove(['A,B'])).toThrow(ConfigurationError)
  expect((await lab.server.connection(1)).url.searchParams.get('symbols')).toBe('NVDA')
})

test('a feed has the id that it begins with from the start', () => {
  expect(lab.subscribe(['NVDA'], { lastEventId: 'saved' }).lastEventId).toBe('saved')
})

test('closing the client closes its feeds', async () => {
  const feed = lab.subscribe()
  const connection = await lab.server.connection(1)
  lab.server.client.close()
  expect((await feed.closed).reason).toBe('aborted')
  expect(connection.isClosed).toBe(true)
})

test.for([
  [{ symbols: 'NVDA' }, {}, /`symbols`/],
  [{ symbols: ['A,B'] }, {}, /`symbols`/],
  [{ channels: ['trades'] }, {}, /`channels`/],
  [{}, { heartbeatTimeout: -1 }, /`heartbeatTimeout`/],
  [{}, { lastEventId: 'a\nb' }, /`lastEventId`/],
] as const)('wrong options throw at once: %j %j', ([request, options, message]) => {
  const call = (): unknown => lab.server.client.live.subscribe(request as never, options)
  expect(call).toThrow(ConfigurationError)
  expect(call).toThrow(message)
})

test.for([
  ['newest', /`delivery` must be 'every', 'latest' or an object/],
  [{ buffer: 0.5 }, /`delivery.buffer` must be a whole number/],
  [{ overflow: 'drop' }, /`delivery.overflow`/],
] as const)('a feed with the wrong delivery %j fails', async ([delivery, message]) => {
  const { ready } = lab.subscribe(['NVDA'], { delivery: delivery as never })
  const error = await catchError(ready)
  expect(error).toBeInstanceOf(ConfigurationError)
  expect((error as Error).message).toMatch(message)
})

test.for([{}, { channels: ['quotes'] }, { symbol: ['NVDA'] }] as const)(
  'a feed that would never bring anything fails: %j',
  async (request) => {
    const { ready } = lab.server.client.live.subscribe(request)
    const error = await catchError(ready)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as Error).message).toContain('Quotes need `symbols`')
    expect(lab.server.connections).toEqual([])
  },
)

test.for([{ channels: ['news'] }, { symbols: [] }] as const)(
  'a feed may begin without a symbol: %j',
  async (request) => {
    await lab.server.client.live.subscribe(request).ready
    expect(lab.server.connections).toHaveLength(1)
  },
)

test('without a key, subscribing throws', () => {
  const client = new VecTrade({ baseURL: 'https://api.example/v1' })
  expect(() => client.live.subscribe({ symbols: ['NVDA'] })).toThrow(ConfigurationError)
})
