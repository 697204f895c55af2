import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Fetch, VecTrade } from '../index.ts'
import { quote } from '../test-support/controlled-feed.ts'
import { liveEndpoint, type LiveEndpoint, liveUrl } from '../test-support/live-endpoint.ts'

// No pauses between attempts.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(() => void vi.restoreAllMocks())

interface Connected {
  client: VecTrade
  /** The URLs of the requests. */
  urls: string[]
  /** Cuts the last connection. */
  cut: () => void
}

/** A client whose endpoint is one of ours. */
function connect({ handler }: LiveEndpoint): Connected {
  const urls: string[] = []
  let cut = (): void => {}
  const fetch: Fetch = async (url, init) => {
    urls.push(url)
    const { headers, signal } = init as RequestInit
    const response = await handler(new Request(url, { headers: headers!, signal: signal! }))
    const controller = new AbortController()
    cut = () => controller.abort(new TypeError('terminated'))
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    response.body?.pipeTo(writable, { signal: controller.signal }).catch(() => {})
    return new Response(readable, response)
  }
  return { client: new VecTrade({ endpoint: liveUrl, fetch }), urls, cut: () => cut() }
}

test('a client gets the latest quotes, then all changes, also after a cut', async () => {
  const endpoint = liveEndpoint()
  const { client, cut, urls } = connect(endpoint)
  const other = await endpoint.get()
  endpoint.feed.send(quote('NVDA', 0))
  await other.take(1)
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  const prices: unknown[] = []
  for await (const event of feed) {
    prices.push(event.type === 'quote.update' ? event.price : event)
    const { length } = prices
    if (length === 5) cut()
    if (length === 20) break
    endpoint.feed.send(quote('NVDA', length))
  }
  expect(prices).toEqual(Array.from({ length: 20 }, (_, at) => at))
  expect(urls).toHaveLength(2)
})

test('a client that adds a symbol loses and repeats nothing', async () => {
  const endpoint = liveEndpoint()
  const { client, urls } = connect(endpoint)
  const other = await endpoint.get('?symbols=AMD')
  endpoint.feed.send(quote('AMD', 7))
  await other.take(1)
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  await feed.ready
  endpoint.feed.send(quote('NVDA', 0))
  const prices: unknown[] = []
  const added: unknown[] = []
  for await (const event of feed) {
    if (event.type !== 'quote.update') throw new Error(event.type)
    if (event.symbol === 'AMD') added.push(event.price)
    else prices.push(event.price)
    if (prices.length === 3) feed.add(['AMD'])
    if (prices.length >= 10 && added.length > 0) break
    if (event.symbol === 'NVDA') endpoint.feed.send(quote('NVDA', prices.length))
  }
  expect(prices).toEqual(prices.map((_, at) => at))
  expect(added).toEqual([7])
  expect(new URL(urls[1] ?? '').searchParams.get('added')).toBe('AMD')
})

test('a client does not come back after a 403', async () => {
  const endpoint = liveEndpoint({ authorize: () => 403 })
  const { client, urls } = connect(endpoint)
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  expect(await feed.closed).toMatchObject({ reason: 'failed', error: { status: 403 } })
  expect(urls).toHaveLength(1)
})
