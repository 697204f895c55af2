import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLiveHandler, decodeEventStream, toNodeHandler } from '../index.ts'
import { collectGarbage } from '@vectrade/test-kit/collect-garbage'
import { rawClient } from '@vectrade/test-kit/raw-client'
import { serve, type WebServer } from '@vectrade/test-kit/web-server'

interface Quote {
  type: 'quote.update'
  symbol: string
  price: number
}

const quote = (symbol: string, price: number): Quote => ({ type: 'quote.update', symbol, price })

/** A feed that the test controls. */
class Feed {
  readonly symbols = new Set<string>()
  readonly #events: Quote[] = []
  #wake: (() => void) | undefined

  send(...events: Quote[]): void {
    this.#events.push(...events)
    this.#wake?.()
  }

  add(symbols: readonly string[]): void {
    for (const symbol of symbols) this.symbols.add(symbol)
  }

  remove(symbols: readonly string[]): void {
    for (const symbol of symbols) this.symbols.delete(symbol)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Quote> {
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) yield event
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }
}

interface Reader {
  next: () => Promise<{ event: Record<string, unknown>; id: string | undefined }>
  leave: () => void
}

let feed: Feed
let server: WebServer
beforeEach(async () => {
  feed = new Feed()
  const handler = createLiveHandler({ feed, replay: { events: 50 } })
  server = await serve(toNodeHandler(handler))
})
afterEach(() => server[Symbol.asyncDispose]())

async function read(symbols: string, lastEventId?: string): Promise<Reader> {
  const controller = new AbortController()
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const { signal } = controller
  const response = await fetch(`${server.url}?symbols=${symbols}`, { headers, signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const messages = decodeEventStream(response.body!)[Symbol.asyncIterator]()
  return {
    next: async () => {
      const { value } = await messages.next()
      return { event: JSON.parse(value?.data ?? 'null'), id: value?.id }
    },
    leave: () => controller.abort(),
  }
}

test('twenty readers get every event, and one that leaves is noticed', async () => {
  const readers = await Promise.all(Array.from({ length: 20 }, () => read('NVDA')))
  const leaver = await read('NVDA,LEFT')
  await expect.poll(() => feed.symbols).toEqual(new Set(['NVDA', 'LEFT']))
  for (let price = 1; price <= 5; price += 1) {
    feed.send(quote('NVDA', price))
    for (const { next } of readers) expect((await next()).event).toEqual(quote('NVDA', price))
  }
  leaver.leave()
  await expect.poll(() => feed.symbols).toEqual(new Set(['NVDA']))
  feed.send(quote('NVDA', 6))
  for (const { next } of readers) expect((await next()).event).toEqual(quote('NVDA', 6))
  for (const { leave } of readers) leave()
  await expect.poll(() => feed.symbols.size).toBe(0)
  await expect.poll(() => server.sockets.size).toBe(0)
})

test('a reader that stalls does not hold up another, and gets a gap and the latest quote', async () => {
  const stalled = await rawClient(server.port, { path: '/?symbols=BIG', read: false })
  await expect.poll(() => feed.symbols.size).toBe(1)
  const reading = await read('BIG')
  const big = (price: number): Quote => Object.assign(quote('BIG', price), { note: note })
  const note = 'x'.repeat(60_000)
  // More than the kernel keeps for a connection.
  const count = 400
  for (let price = 1; price <= count; price += 1) {
    feed.send(big(price))
    expect((await reading.next()).event['price']).toBe(price)
  }
  let text = ''
  stalled.socket.on('data', (bytes: Buffer) => (text += bytes.toString()))
  await expect.poll(() => text).toContain('"reason":"slow_consumer"')
  await expect.poll(() => text.slice(text.indexOf('slow_consumer'))).toContain(`"price":${count},`)
  const [, dropped] = /"dropped":(\d+)/.exec(text) ?? []
  const received = text.split('"price":').length - 1
  expect(received - 1 + Number(dropped)).toBe(count)
  // After that, it gets the changes again.
  feed.send(quote('BIG', -1))
  await expect.poll(() => text).toContain('"price":-1}')
  stalled.socket.destroy()
  reading.leave()
})

describe('a reader that comes back', () => {
  test('gets what came in the meantime', async () => {
    const keeper = await read('NVDA')
    const first = await read('NVDA')
    feed.send(quote('NVDA', 1))
    const { id } = await first.next()
    await keeper.next()
    first.leave()
    feed.send(quote('NVDA', 2), quote('NVDA', 3))
    const again = await read('NVDA', id)
    expect((await again.next()).event).toEqual(quote('NVDA', 2))
    expect((await again.next()).event).toEqual(quote('NVDA', 3))
    keeper.leave()
    again.leave()
  })

  test('gets a gap and the latest quote if that is no longer kept', async () => {
    const keeper = await read('NVDA')
    feed.send(quote('NVDA', 0))
    const { id } = await keeper.next()
    for (let price = 1; price <= 60; price += 1) feed.send(quote('NVDA', price))
    for (let price = 1; price <= 60; price += 1) await keeper.next()
    const again = await read('NVDA', id)
    expect((await again.next()).event).toEqual({ type: 'gap', reason: 'expired', since: id })
    expect((await again.next()).event).toEqual(quote('NVDA', 60))
    keeper.leave()
    again.leave()
  })
})

test('a response that the program drops leaves by itself', async () => {
  const { signal } = new AbortController()
  const handler = createLiveHandler({ feed })
  await (async () => {
    const response = await handler(new Request('http://localhost/?symbols=DROPPED', { signal }))
    expect(response.status).toBe(200)
  })()
  expect(feed.symbols).toEqual(new Set(['DROPPED']))
  await expect
    .poll(async () => {
      await collectGarbage()
      return feed.symbols.size
    })
    .toBe(0)
})
