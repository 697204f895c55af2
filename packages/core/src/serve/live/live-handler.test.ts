import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RateLimitError, type LiveHandlerOptions, type LiveState } from '../../index.ts'
import { ControlledFeed, quote } from '../../test-support/controlled-feed.ts'
import { liveEndpoint, liveUrl } from '../../test-support/live-endpoint.ts'

/** Lets the hub pass on what was sent. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 5)
  })

describe('a request', () => {
  test('is answered with an event stream', async () => {
    const { get } = liveEndpoint()
    const { response } = await get()
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    await response.body?.cancel()
  })

  test.for<[string, string, Partial<LiveHandlerOptions>]>([
    ['?symbols=NVDA,OTHER', 'There is no symbol "OTHER"', { symbols: ['NVDA'] }],
    ['?symbols=nvda', 'There is no symbol "nvda"', { symbols: (symbol) => symbol === 'NVDA' }],
    ['?symbols=N%0AV', 'There is no symbol', {}],
    ['?symbols=NVDA&channels=quotes,trades', 'There is no channel "trades"', {}],
    ['?symbols=A,B,C', 'can follow at most 2 symbols', { maxSymbols: 2 }],
  ])('for %s is a 422 that says why', async ([query, message, options]) => {
    const { response } = await liveEndpoint(options).get(query)
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual({
      error: { type: 'validation_error', message: expect.stringContaining(message) },
    })
  })

  test('for 50 symbols is answered, and for 51 it is not', async () => {
    const names = Array.from({ length: 51 }, (_, at) => `S${at}`)
    const { get } = liveEndpoint()
    expect((await get(`?symbols=${names.slice(1).join(',')}`)).response.status).toBe(200)
    expect((await get(`?symbols=${names.join(',')}`)).response.status).toBe(422)
  })

  test('with another method is a 405', async () => {
    const { handler } = liveEndpoint()
    const response = await handler(new Request(liveUrl, { method: 'POST' }))
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, OPTIONS')
  })

  test('of a page of another origin is a 403 unless cors allows it', async () => {
    const origin = 'https://other.example'
    expect((await liveEndpoint().get('', { origin })).response.status).toBe(403)
    const { response } = await liveEndpoint({ cors: { origins: [origin] } }).get('', { origin })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
  })

  test('is a 500 if the function `symbols` throws, and the error is reported', async () => {
    const onError = vi.fn()
    const error = new Error('mine')
    const symbols = (): boolean => {
      throw error
    }
    const { response } = await liveEndpoint({ symbols, onError }).get()
    expect(response.status).toBe(500)
    expect(onError.mock.calls).toEqual([[error]])
  })

  test('after the feed has ended is a 204', async () => {
    const { feed, get } = liveEndpoint()
    const caller = await get()
    feed.end()
    expect(await caller.next()).toBeUndefined()
    expect((await get()).response.status).toBe(204)
  })
})

describe('a reader', () => {
  test('gets the latest known quotes first, and then changes', async () => {
    const { feed, get } = liveEndpoint()
    const first = await get('?symbols=NVDA,AMD')
    feed.send(quote('NVDA', 1), quote('AMD', 2), quote('NVDA', 3), quote('TSLA', 4))
    expect(await first.take(3)).toEqual([quote('NVDA', 1), quote('AMD', 2), quote('NVDA', 3)])
    const second = await get('?symbols=AMD,NVDA')
    expect(await second.take(2)).toEqual([quote('AMD', 2), quote('NVDA', 3)])
    feed.send(quote('AMD', 5))
    expect(await second.take(1)).toEqual([quote('AMD', 5)])
    expect(await first.take(1)).toEqual([quote('AMD', 5)])
  })

  test('gets the fields of an event that this SDK does not know', async () => {
    const { feed, get } = liveEndpoint()
    const caller = await get()
    const event = { ...quote('NVDA', 1), venue: 'X' }
    const trade = { type: 'trade', symbol: 'NVDA', size: 5 }
    feed.send(event, { type: 'unknown', content: '', wireType: 'trade', data: trade })
    expect(await caller.take(2)).toEqual([event, trade])
  })

  test('gets only its channels', async () => {
    const { feed, get } = liveEndpoint()
    const symbols = ['AMD', 'NVDA']
    const news = { type: 'news.published', id: 'n', title: 't', symbols } as const
    const caller = await get('?symbols=NVDA&channels=news')
    const other = await get('?symbols=TSLA&channels=news,quotes')
    const all = await get('?channels=news')
    feed.send(quote('NVDA', 1), news, quote('TSLA', 2))
    expect(await caller.take(1)).toEqual([news])
    expect(await all.take(1)).toEqual([news])
    expect(await other.take(1)).toEqual([quote('TSLA', 2)])
  })

  test('gets no alerts and news about symbols that the endpoint does not have', async () => {
    const { feed, get } = liveEndpoint({ symbols: ['NVDA'] })
    const caller = await get('?channels=news')
    const about = (...symbols: string[]) =>
      ({ type: 'news.published', id: symbols.join(), title: 't', symbols }) as const
    feed.send(about('AMD'), about('AMD', 'NVDA'))
    expect(await caller.take(1)).toEqual([about('AMD', 'NVDA')])
  })

  test('gets an error event and the end if the feed fails', async () => {
    const warn = vi.fn()
    const { feed, get } = liveEndpoint({ logger: { warn } })
    const caller = await get()
    const waiting = await get('?symbols=AMD')
    feed.send(quote('NVDA', 1), quote('AMD', 2))
    expect(await caller.take(1)).toHaveLength(1)
    const fields = { message: 'Said', type: 'rate_limit_error', retryable: true, retryAfter: 3 }
    feed.fail(new RateLimitError(fields))
    // The limit of the server's key is not the reader's. The pause helps the reader too.
    expect(await caller.next()).toMatchObject({
      name: 'error',
      event: {
        error: {
          type: 'service_unavailable',
          message: 'Live data is not available',
          retry_after: 3,
        },
      },
    })
    expect(await caller.next()).toBeUndefined()
    // What came before the end is still delivered.
    expect(await waiting.take(1)).toEqual([quote('AMD', 2)])
    expect((await waiting.next())?.name).toBe('error')
    expect(warn).toHaveBeenCalledOnce()
  })

  test('does not suffer from an event that cannot be sent', async () => {
    const onError = vi.fn()
    const { feed, get } = liveEndpoint({ onError })
    const caller = await get()
    const circular: Record<string, unknown> = { symbol: 'NVDA' }
    circular['self'] = circular
    const unknown = { type: 'unknown', content: '', wireType: '' } as const
    feed.send(null as never, { ...unknown, data: circular })
    feed.send(quote('NVDA', 1))
    expect(await caller.take(1)).toEqual([quote('NVDA', 1)])
    expect(onError).toHaveBeenCalledTimes(2)
  })

  test('gets no unknown message that names no symbols, which may be about the account of the server', async () => {
    const { feed, get } = liveEndpoint()
    const caller = await get()
    const unknown = { type: 'unknown', content: '', wireType: 'welcome' } as const
    feed.send({ ...unknown, data: { type: 'welcome', key: 'vq_secret' } })
    feed.send(quote('NVDA', 1))
    expect(await caller.take(1)).toEqual([quote('NVDA', 1)])
  })

  test.for(['abort', 'cancel'] as const)('leaves at once (%s)', async (leave) => {
    const { feed, get } = liveEndpoint({ owner: () => 'ada', maxStreamsPerOwner: 1 })
    const caller = await get()
    expect((await get()).response.status).toBe(429)
    await caller[leave]()
    const next = await get()
    expect(next.response.status).toBe(200)
    feed.send(quote('NVDA', 1))
    expect(await next.take(1)).toEqual([quote('NVDA', 1)])
  })

  test('that leaves while the server connects no longer counts', async () => {
    const feed = new ControlledFeed()
    let state: LiveState = 'connecting'
    Object.defineProperty(feed, 'state', { get: () => state })
    const owner = { owner: () => 'ada', maxStreamsPerOwner: 1 }
    const { handler } = liveEndpoint({ feed, ...owner })
    const controller = new AbortController()
    const request = (): Request => new Request(`${liveUrl}?symbols=NVDA`, controller)
    const first = handler(request())
    await vi.waitFor(() => expect(feed.symbols.size).toBe(1))
    controller.abort()
    await turn()
    state = 'live'
    expect((await handler(new Request(`${liveUrl}?symbols=NVDA`))).status).toBe(200)
    await first
  })

  test('ends its pending read when it leaves', async () => {
    const { get } = liveEndpoint()
    const caller = await get()
    const reading = caller.next()
    await turn()
    caller.abort()
    expect(await reading).toBeUndefined()
  })
})

describe('without `owner`, there is', () => {
  test('no limit by default', async () => {
    const { get } = liveEndpoint()
    const callers = await Promise.all(Array.from({ length: 100 }, () => get()))
    expect(callers.every(({ response }) => response.status === 200)).toBe(true)
  })
})

test('with `owner`, the limit is 20 responses of each', async () => {
  const owner = (request: Request): string => request.headers.get('x-user') ?? ''
  const { get } = liveEndpoint({ owner })
  const statuses = []
  for (let at = 0; at < 21; at += 1) {
    statuses.push((await get('', { 'x-user': 'ada' })).response.status)
  }
  expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429])
  const { response } = await get('', { 'x-user': 'ada' })
  expect(await response.json()).toMatchObject({ error: { message: /20 live streams/ } })
  expect((await get('', { 'x-user': 'bob' })).response.status).toBe(200)
})

describe('heartbeats', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('are sent within the time of silence, with an id to continue after', async () => {
    const { get } = liveEndpoint({ heartbeat: 1000 })
    const { response } = await get()
    const reader = response.body?.getReader()
    const text = async (): Promise<string> =>
      new TextDecoder().decode((await reader?.read())?.value)
    const id = await text()
    expect(id).toMatch(/^id: \S+\n\n$/)
    for (let at = 0; at < 3; at += 1) {
      let got: string | undefined
      void text().then((value) => (got = value))
      await vi.advanceTimersByTimeAsync(499)
      expect(got).toBeUndefined()
      await vi.advanceTimersByTimeAsync(501)
      expect(got).toBe(`: heartbeat\n${id}`)
    }
    await reader?.cancel()
    // The symbol is still followed for a moment.
    await vi.advanceTimersByTimeAsync(2_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('are not sent with 0', async () => {
    const { get } = liveEndpoint({ heartbeat: 0 })
    await get()
    expect(vi.getTimerCount()).toBe(0)
  })
})
