import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  AuthenticationError,
  ConfigurationError,
  type LiveEvent,
  type LiveFeed,
  RequestAbortedError,
  ServiceUnavailableError,
  StreamConsumedError,
  ValidationError,
  VecTrade,
} from '../index.ts'
import { catchError } from '../test-support/body.ts'
import { type Connection, LiveServer, quote } from '../test-support/live-server.ts'

let server: LiveServer
beforeEach(() => {
  server = new LiveServer()
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1)
})
afterEach(() => {
  server.client.close()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const subscribe = (
  symbols: string[] = ['NVDA'],
  options: Parameters<VecTrade['live']['subscribe']>[1] = {},
): ReturnType<VecTrade['live']['subscribe']> => server.client.live.subscribe({ symbols }, options)

async function take(iterator: AsyncIterator<LiveEvent>, count: number): Promise<LiveEvent[]> {
  const events: LiveEvent[] = []
  while (events.length < count) {
    const { done, value } = await iterator.next()
    if (done) break
    events.push(value)
  }
  return events
}

test('a feed asks for its symbols and channels, and delivers quotes', async () => {
  const feed = server.client.live.subscribe({
    symbols: ['NVDA', 'AMD'],
    channels: ['quotes', 'news'],
  })
  expect(feed.state).toBe('connecting')
  const connection = await server.connection(1)
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
  const feed = subscribe()
  const connection = await server.connection(1)
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
  subscribe(['NVDA'], { lastEventId: 'x' })
  const connection = await server.connection(1)
  expect(connection.lastEventId).toBe('x')
  expect(connection.url.searchParams.has('added')).toBe(false)
})

describe('a lost connection', () => {
  test('is opened again after the last event that has arrived', async () => {
    const feed = subscribe()
    const iterator = feed[Symbol.asyncIterator]()
    const first = await server.connection(1)
    first.send(quote('NVDA', 1), 'a')
    await take(iterator, 1)
    first.end()
    await vi.advanceTimersByTimeAsync(500)
    const second = await server.connection(2)
    expect(second.lastEventId).toBe('a')
    second.send(quote('NVDA', 2), 'b')
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
  })

  test('is opened again after the last id, even if that came without an event', async () => {
    const feed = subscribe()
    const first = await server.connection(1)
    first.write('id: begin\n\n')
    await feed.ready
    await vi.advanceTimersByTimeAsync(0)
    expect(feed.lastEventId).toBe('begin')
    first.end()
    await vi.advanceTimersByTimeAsync(500)
    expect((await server.connection(2)).lastEventId).toBe('begin')
  })

  test('without ids is followed by a gap', async () => {
    const feed = subscribe()
    const iterator = feed[Symbol.asyncIterator]()
    const first = await server.connection(1)
    first.send(quote('NVDA', 1))
    await take(iterator, 1)
    first.end()
    await vi.advanceTimersByTimeAsync(500)
    const second = await server.connection(2)
    second.send(quote('NVDA', 2))
    expect(await take(iterator, 2)).toEqual([{ type: 'gap', reason: 'upstream' }, quote('NVDA', 2)])
  })

  test('is tried again for ever once it was open, with growing pauses up to 30 s', async () => {
    const feed = subscribe()
    const first = await server.connection(1)
    await feed.ready
    const attempts: number[] = []
    const refuse = (): Response => {
      attempts.push(performance.now())
      server.refusals.push(refuse)
      return new Response('', { status: 503 })
    }
    server.refusals.push(refuse)
    first.end()
    await vi.advanceTimersByTimeAsync(30 * 60_000)
    expect(feed.state).toBe('reconnecting')
    const pauses = attempts.slice(1).map((at, index) => Math.round(at - attempts[index]!))
    expect(pauses.slice(0, 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    expect(attempts.length).toBeGreaterThan(50)
    server.refusals.length = 0
    await vi.advanceTimersByTimeAsync(30_000)
    await server.connection(2)
    await vi.advanceTimersByTimeAsync(0)
    expect(feed.state).toBe('live')
  })

  test('a greeting does not make the next pause short again', async () => {
    const feed = subscribe()
    const pauses: number[] = []
    for (let number = 1; number <= 4; number += 1) {
      const connection = await server.connection(number)
      connection.send({ type: 'welcome' }, 'hello')
      await vi.advanceTimersByTimeAsync(0)
      connection.end()
      const lostAt = performance.now()
      while (server.connections.length === number) await vi.advanceTimersByTimeAsync(100)
      pauses.push(performance.now() - lostAt)
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000])
    await feed.close()
  })

  test('waits as long as the server asks', async () => {
    subscribe()
    const first = await server.connection(1)
    first.write('retry: 5000\n\n')
    await vi.advanceTimersByTimeAsync(0)
    first.end()
    await vi.advanceTimersByTimeAsync(5400)
    expect(server.connections).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(100)
    expect(server.connections).toHaveLength(2)
  })
})

test('silence without a byte for `heartbeatTimeout` opens another connection; heartbeats do not', async () => {
  const feed = subscribe(['NVDA'], { heartbeatTimeout: 45_000 })
  const first = await server.connection(1)
  await feed.ready
  for (let beats = 0; beats < 20; beats += 1) {
    await vi.advanceTimersByTimeAsync(15_000)
    first.write(': heartbeat\n\n')
  }
  await vi.advanceTimersByTimeAsync(44_000)
  expect(server.connections).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(2000)
  await server.connection(2)
  expect(first.isClosed).toBe(true)
})

describe('before the first connection', () => {
  test('a feed gives up after five attempts', async () => {
    for (let attempts = 0; attempts < 5; attempts += 1) {
      server.refusals.push(() => new Response('', { status: 503 }))
    }
    const feed = subscribe()
    const failure = catchError(feed.ready)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await failure).toBeInstanceOf(ServiceUnavailableError)
    expect(server.refusals).toEqual([])
    expect((await feed.closed).reason).toBe('failed')
    expect(await catchError(take(feed[Symbol.asyncIterator](), 1))).toBeInstanceOf(
      ServiceUnavailableError,
    )
  })

  test.for([400, 401, 403, 404, 422])('%i is final', async (status) => {
    server.refusals.push(() => new Response('', { status }))
    const feed = subscribe()
    expect(await catchError(feed.ready)).toMatchObject({ status })
    expect((await feed.closed).reason).toBe('failed')
  })

  test('204 ends the feed without an error', async () => {
    server.refusals.push(() => new Response(undefined, { status: 204 }))
    const feed = subscribe()
    expect(await take(feed[Symbol.asyncIterator](), 1)).toEqual([])
    expect(await feed.closed).toEqual({ reason: 'ended' })
    expect(await catchError(feed.ready)).toBeInstanceOf(RequestAbortedError)
  })
})

test('an error event ends a feed if its class is final', async () => {
  const feed = subscribe()
  const connection = await server.connection(1)
  connection.send(quote('NVDA', 1), 'a')
  connection.write(
    'event: error\ndata: {"error":{"type":"authentication_error","message":"m"}}\n\n',
  )
  const iterator = feed[Symbol.asyncIterator]()
  expect(await take(iterator, 1)).toEqual([quote('NVDA', 1)])
  expect(await catchError(iterator.next())).toBeInstanceOf(AuthenticationError)
})

describe('a change of symbols', () => {
  /** A feed that has delivered one event, has changed its symbols, and whose new connection is asked for. */
  async function changing(): Promise<{
    feed: LiveFeed
    iterator: AsyncIterator<LiveEvent>
    old: Connection
    admit: () => void
  }> {
    const feed = subscribe()
    const iterator = feed[Symbol.asyncIterator]()
    const old = await server.connection(1)
    old.send(quote('NVDA', 1), '1')
    await take(iterator, 1)
    const admit = server.holdNext()
    feed.add(['AMD'])
    feed.add(['AMD', 'TSLA'])
    await vi.advanceTimersByTimeAsync(0)
    return { feed, iterator, old, admit }
  }

  test('opens one connection that continues, and closes the old one only then', async () => {
    const { old, admit, iterator } = await changing()
    expect(old.isClosed).toBe(false)
    admit()
    const next = await server.connection(2)
    expect(next.lastEventId).toBe('1')
    expect(next.url.searchParams.get('symbols')).toBe('NVDA,AMD,TSLA')
    expect(next.url.searchParams.get('added')).toBe('AMD,TSLA')
    await vi.advanceTimersByTimeAsync(0)
    expect(old.isClosed).toBe(true)
    next.send(quote('AMD', 2), '2')
    expect(await take(iterator, 1)).toEqual([quote('AMD', 2)])
    expect(server.connections).toHaveLength(2)
  })

  test('needs a symbol that is new, or one that the feed follows', async () => {
    const feed = subscribe()
    const connection = await server.connection(1)
    await feed.ready
    feed.add(['NVDA'])
    feed.remove(['AMD'])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(server.connections).toEqual([connection])
    expect(connection.isClosed).toBe(false)
  })

  test('doubles nothing: what the old connection still brings, the new one repeats', async () => {
    const { old, admit, iterator } = await changing()
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    admit()
    const next = await server.connection(2)
    next.send(quote('NVDA', 2), '2')
    next.send(quote('NVDA', 3), '3')
    next.send(quote('NVDA', 4), '4')
    expect(await take(iterator, 3)).toEqual([quote('NVDA', 2), quote('NVDA', 3), quote('NVDA', 4)])
  })

  test('during another change continues after the first event of the new connection', async () => {
    const { feed, old, admit, iterator } = await changing()
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    feed.add(['INTC'])
    admit()
    const next = await server.connection(2)
    next.send(quote('NVDA', 2), '2')
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
    expect((await server.connection(3)).lastEventId).toBe('2')
  })

  test('doubles nothing if what the new connection repeats begins with a gap of the upstream', async () => {
    const { old, admit, iterator } = await changing()
    const gap = { type: 'gap', reason: 'upstream' }
    old.send(gap, '2')
    old.send(quote('NVDA', 3), '3')
    await vi.advanceTimersByTimeAsync(0)
    admit()
    const next = await server.connection(2)
    next.send(gap, '2')
    next.send(quote('NVDA', 3), '3')
    next.send(quote('NVDA', 4), '4')
    expect(await take(iterator, 3)).toEqual([gap, quote('NVDA', 3), quote('NVDA', 4)])
  })

  test('loses nothing: if the new connection cannot repeat, what the old one has brought is delivered', async () => {
    const { old, admit, iterator } = await changing()
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    admit()
    const next = await server.connection(2)
    const gap = { type: 'gap', since: '1', reason: 'expired' }
    next.send(gap)
    expect(await take(iterator, 2)).toEqual([quote('NVDA', 2), gap])
  })

  test('loses nothing if the new connection is lost before its first event', async () => {
    const { old, admit, iterator } = await changing()
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    admit()
    const next = await server.connection(2)
    next.end()
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
    await vi.advanceTimersByTimeAsync(1000)
    expect((await server.connection(3)).lastEventId).toBe('2')
  })

  test('asks for the quotes of new symbols until they have come', async () => {
    const { admit, iterator } = await changing()
    admit()
    const next = await server.connection(2)
    next.send(quote('AMD', 2), '2')
    await take(iterator, 1)
    next.end()
    await vi.advanceTimersByTimeAsync(500)
    expect((await server.connection(3)).url.searchParams.get('added')).toBe('TSLA')
  })

  test('asks for the quotes of new symbols again if their place among the others has not come', async () => {
    const { admit, iterator } = await changing()
    admit()
    const next = await server.connection(2)
    next.send(quote('AMD', 2))
    await take(iterator, 1)
    next.end()
    await vi.advanceTimersByTimeAsync(1000)
    const third = await server.connection(3)
    expect(third.url.searchParams.get('added')).toBe('AMD,TSLA')
    third.send(quote('AMD', 3))
    third.send(quote('TSLA', 3), '3')
    await take(iterator, 2)
    third.end()
    await vi.advanceTimersByTimeAsync(1000)
    expect((await server.connection(4)).url.searchParams.has('added')).toBe(false)
  })

  test('ends the feed if the server refuses it with a 422, after delivering the events that had arrived', async () => {
    const { feed, old, iterator } = await changing()
    old.send(quote('NVDA', 2), '2')
    await vi.advanceTimersByTimeAsync(0)
    server.refuseHeld(422)
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
    expect(await catchError(iterator.next())).toBeInstanceOf(ValidationError)
    expect((await feed.closed).reason).toBe('failed')
    expect(old.isClosed).toBe(true)
  })

  test('during a change is made after it', async () => {
    const { feed, admit } = await changing()
    feed.remove(['TSLA', 'NVDA'])
    admit()
    const third = await server.connection(3)
    expect(third.url.searchParams.get('symbols')).toBe('AMD')
    await vi.advanceTimersByTimeAsync(0)
    expect(server.connections.map(({ isClosed }) => isClosed)).toEqual([true, true, false])
  })

  test.for([1, 2])('during connection attempt %i is made after it', async (attempt) => {
    const feed = subscribe()
    const iterator = feed[Symbol.asyncIterator]()
    if (attempt === 2) {
      const first = await server.connection(1)
      first.send(quote('NVDA', 1), '1')
      await take(iterator, 1)
      first.end()
    }
    const admit = server.holdNext()
    await vi.advanceTimersByTimeAsync(1000)
    feed.add(['AMD'])
    await vi.advanceTimersByTimeAsync(0)
    admit()
    const symbols = (at: number): string | null | undefined =>
      server.connections[at - 1]?.url.searchParams.get('symbols')
    await server.connection(attempt + 1)
    expect([symbols(attempt), symbols(attempt + 1)]).toEqual(['NVDA', 'NVDA,AMD'])
  })

  test('while the connection is lost is part of the next one', async () => {
    const feed = subscribe()
    const old = await server.connection(1)
    await feed.ready
    old.end()
    await vi.advanceTimersByTimeAsync(0)
    feed.add(['AMD'])
    await vi.advanceTimersByTimeAsync(500)
    const next = await server.connection(2)
    expect(next.url.searchParams.get('symbols')).toBe('NVDA,AMD')
    expect(server.connections).toHaveLength(2)
  })
})

test('leaving the loop closes the feed', async () => {
  const feed = subscribe()
  const connection = await server.connection(1)
  connection.send(quote('NVDA', 1))
  for await (const _ of feed) break
  expect(connection.isClosed).toBe(true)
  expect(() => feed[Symbol.asyncIterator]()).toThrow(StreamConsumedError)
})

test('aborting the signal ends the feed, and a signal that is already aborted sends nothing', async () => {
  const controller = new AbortController()
  const feed = subscribe(['NVDA'], { signal: controller.signal })
  const connection = await server.connection(1)
  const read = catchError(take(feed[Symbol.asyncIterator](), 1))
  controller.abort('why')
  expect(await read).toBeInstanceOf(RequestAbortedError)
  expect(await read).toMatchObject({ cause: 'why' })
  expect((await feed.closed).reason).toBe('aborted')
  expect(connection.isClosed).toBe(true)
  const other = subscribe(['NVDA'], { signal: controller.signal })
  expect(await catchError(other.ready)).toBeInstanceOf(RequestAbortedError)
  expect(server.connections).toHaveLength(1)
})

test.for([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 20])(
  'a signal that is aborted %i ticks after the response leaves no connection open',
  async (ticks) => {
    const controller = new AbortController()
    const feed = subscribe(['NVDA'], { signal: controller.signal })
    const connection = await server.connection(1)
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
    controller.abort()
    await feed.closed
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.isClosed).toBe(true)
    expect(feed.state).toBe('closed')
  },
)

test('`add` and `remove` refuse what is no array of symbols', async () => {
  const feed = subscribe()
  expect(() => feed.add('NVDA' as never)).toThrow(ConfigurationError)
  expect(() => feed.remove(['A,B'])).toThrow(ConfigurationError)
  expect((await server.connection(1)).url.searchParams.get('symbols')).toBe('NVDA')
})

test('a feed has the id that it begins with from the start', () => {
  expect(subscribe(['NVDA'], { lastEventId: 'saved' }).lastEventId).toBe('saved')
})

test('closing the client closes its feeds', async () => {
  const feed = subscribe()
  const connection = await server.connection(1)
  server.client.close()
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
  const call = (): unknown => server.client.live.subscribe(request as never, options)
  expect(call).toThrow(ConfigurationError)
  expect(call).toThrow(message)
})

test.for([
  ['newest', /`delivery` must be 'every', 'latest' or an object/],
  [{ buffer: 0.5 }, /`delivery.buffer` must be a whole number/],
  [{ overflow: 'drop' }, /`delivery.overflow`/],
] as const)('a feed with the wrong delivery %j fails', async ([delivery, message]) => {
  const { ready } = subscribe(['NVDA'], { delivery: delivery as never })
  const error = await catchError(ready)
  expect(error).toBeInstanceOf(ConfigurationError)
  expect((error as Error).message).toMatch(message)
})

test('without a key, subscribing throws', () => {
  const client = new VecTrade({ baseURL: 'https://api.example/v1' })
  expect(() => client.live.subscribe({ symbols: ['NVDA'] })).toThrow(ConfigurationError)
})
