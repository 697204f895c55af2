import { describe, expect, test, vi } from 'vitest'
import { type LiveState, VecTrade } from '../index.ts'
import { ControlledFeed, quote } from '../test-support/controlled-feed.ts'
import { liveEndpoint } from '../test-support/live-endpoint.ts'

describe('an endpoint with a feed of its own', () => {
  test('without `add`, it is expected to bring all symbols', async () => {
    const source = new ControlledFeed()
    const feed = { [Symbol.asyncIterator]: () => source[Symbol.asyncIterator]() }
    const { get } = liveEndpoint({ feed })
    const caller = await get()
    source.send(quote('AMD', 1), quote('NVDA', 2))
    expect(await caller.take(1)).toEqual([quote('NVDA', 2)])
    const other = await get('?symbols=AMD')
    expect(await other.take(1)).toEqual([quote('AMD', 1)])
  })

  test('it may be a generator', async () => {
    async function* events(): AsyncGenerator<ReturnType<typeof quote>> {
      for (let price = 1; price <= 3; price += 1) yield quote('NVDA', price)
    }
    const caller = await liveEndpoint({ feed: events() }).get()
    expect(await caller.take(3)).toEqual([1, 2, 3].map((price) => quote('NVDA', price)))
    expect(await caller.next()).toBeUndefined()
  })

  test('one that has failed and cannot be read again is not taken for one that has ended', async () => {
    async function* failing(): AsyncGenerator<ReturnType<typeof quote>> {
      yield quote('NVDA', 1)
      throw new Error('mine')
    }
    const { live } = new VecTrade({
      endpoint: 'https://app.example/api',
      fetch: async () => new Response('', { status: 404 }),
    })
    const feeds = { Error: failing(), NotFoundError: live.subscribe({ symbols: ['NVDA'] }) }
    for (const [name, feed] of Object.entries(feeds)) {
      const warn = vi.fn()
      const onError = vi.fn()
      const { get } = liveEndpoint({ feed, logger: { warn }, onError })
      for (let at = 0; at < 3; at += 1) {
        const caller = await get()
        let last
        if (name === 'NotFoundError') {
          // Its `ready` tells in time.
          expect(caller.response.status).toBe(503)
          last = { event: await caller.response.json() }
        } else {
          expect(caller.response.status).toBe(200)
          last = await caller.next()
          if (last?.event['type'] === 'quote.update') last = await caller.next()
        }
        expect(last?.event).toMatchObject({ error: { type: 'service_unavailable' } })
      }
      // One is a mistake of this server, and VecTrade refuses the other.
      expect(onError).toHaveBeenCalledWith(expect.objectContaining({ name }))
      expect(warn).not.toHaveBeenCalled()
    }
  })

  test('its readers are told if it has no connection for 10 s, and requests wait for it', async () => {
    vi.useFakeTimers()
    const connection: { state: LiveState } = { state: 'connecting' }
    const feed = Object.assign(new ControlledFeed(), connection)
    const { get } = liveEndpoint({ feed })
    const coming = get()
    await vi.advanceTimersByTimeAsync(1_000)
    feed.state = 'live'
    await vi.advanceTimersByTimeAsync(1_000)
    const caller = await coming
    feed.state = 'reconnecting'
    await vi.advanceTimersByTimeAsync(9_000)
    const refused = get()
    await vi.advanceTimersByTimeAsync(8_000)
    expect((await refused).response.status).toBe(503)
    expect((await caller.next())?.event).toMatchObject({ error: { type: 'service_unavailable' } })
    feed.state = 'live'
    const returning = get()
    await vi.advanceTimersByTimeAsync(100)
    const back = await returning
    feed.send(quote('NVDA', 1))
    const reading = back.take(1)
    await vi.advanceTimersByTimeAsync(10)
    expect(await reading).toEqual([quote('NVDA', 1)])
    vi.useRealTimers()
  })

  test('one that this instance has closed sends its readers away, but not for good', async () => {
    const endpoint = liveEndpoint()
    const { live } = new VecTrade({
      endpoint: 'https://app.example/api',
      fetch: () => endpoint.get().then(({ response }) => response),
    })
    const feed = live.subscribe({ symbols: ['NVDA'] })
    const { get } = liveEndpoint({ feed })
    const caller = await get()
    await feed.close()
    expect((await caller.next())?.event).toMatchObject({ error: { type: 'service_unavailable' } })
    for (let at = 0; at < 2; at += 1) expect((await get()).response.status).toBe(503)
  })

  test('a channel that it does not bring is a 422', async () => {
    const feed = Object.assign(new ControlledFeed(), { channels: ['quotes', 'news'] as const })
    const { get } = liveEndpoint({ feed })
    expect((await get('?symbols=NVDA&channels=news')).response.status).toBe(200)
    const { response } = await get('?symbols=NVDA&channels=alerts')
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('the channels are quotes, news')
  })

  test('its errors are about its own connection, so readers do not get them', async () => {
    const { feed, get } = liveEndpoint()
    const caller = await get('?symbols=NVDA,ZZZZ')
    const error = { type: 'validation_error', message: 'No such symbol' }
    const data = { type: 'error', error, symbol: 'ZZZZ' }
    feed.send({ type: 'unknown', content: '', wireType: 'error', data }, quote('NVDA', 1))
    expect(await caller.take(1)).toEqual([quote('NVDA', 1)])
  })

  test('an `add` that fails does not fail the request', async () => {
    const feed = Object.assign(new ControlledFeed(), {
      add: () => Promise.reject(new Error('mine')),
    })
    expect((await liveEndpoint({ feed }).get()).response.status).toBe(200)
  })

  test('it stays open when the last reader has left', async () => {
    vi.useFakeTimers()
    const { feed, get } = liveEndpoint()
    const first = await get()
    await first.cancel()
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    expect(feed.isClosed).toBe(false)
    const second = await get()
    feed.send(quote('NVDA', 1))
    expect(await second.take(1)).toEqual([quote('NVDA', 1)])
  })
})
