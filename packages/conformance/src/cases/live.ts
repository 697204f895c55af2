import {
  APIError,
  AuthenticationError,
  ConnectionError,
  type LiveEvent,
  type LiveFeed,
  type LiveOptions,
  type QuoteEvent,
  RequestAbortedError,
} from '@vectrade/core'
import { formatLiveFault, type LiveFault } from '@vectrade/sandbox/handler'
import { assert } from 'chai'
import { type Lab, newId } from '../lab.ts'
import { type Cases, rejection } from './cases.ts'

/** ms. A page may be busy loading what live data needs. */
const patience = 20_000
/** The sandbox's test symbol. It has a new quote on each tick. */
const symbol = 'VQTEST'

interface Followed {
  id: string
  feed: LiveFeed
}

/** Live data from an endpoint, which the client can call in any program. */
export function live(lab: Lab): Cases {
  function follow(fault: LiveFault = {}, options: LiveOptions = {}, symbols = [symbol]): Followed {
    const id = newId()
    const client = lab.options.createClient({
      endpoint: new URL(`/v1/live?call=${id}`, lab.options.baseURL),
      headers: { 'x-lab-call': id, 'x-sandbox-fault': formatLiveFault(fault) },
    })
    return { id, feed: client.live.subscribe({ symbols }, options) }
  }

  return {
    async 'the first quote is the latest one, and each change follows'() {
      const { feed } = follow()
      const steps = stepsOf(await take(feed, 10))
      assertConsecutive(steps)
      assert.isNumber(feed.latest(symbol)?.price)
      assert.equal((await feed.closed).reason, 'closed')
    },

    async 'a feed that is cut again and again loses nothing and doubles nothing'() {
      const { feed } = follow({ cutAfterEvents: 4 })
      const events = await take(feed, 13)
      assert.lengthOf(events, 13)
      // WebKit may discard what came before a cut. Without the first id, the feed begins anew after a gap.
      const begin = events.findLastIndex(({ type }) => type === 'gap') + 1
      assert.isAtMost(begin, 4)
      assertConsecutive(stepsOf(events.slice(begin)))
    },

    async 'a feed that goes silent is opened again'() {
      const { feed } = follow({ silentAfterEvents: 3 }, { heartbeatTimeout: 1500 })
      assertConsecutive(stepsOf(await take(feed, 7)))
    },

    async 'another feed continues where one was left'() {
      const first = follow().feed
      const before = stepsOf(await take(first, 4))
      const second = follow({}, { lastEventId: first.lastEventId }).feed
      assertConsecutive([...before, ...stepsOf(await take(second, 4))])
    },

    async 'a gap tells that the last event is no longer kept'() {
      const { feed } = follow({ staleCursor: true }, { lastEventId: 'any-id' })
      const [gap, quote] = await take(feed, 2)
      assert.equal(gap?.type, 'gap')
      assert.equal(quote?.type, 'quote.update')
    },

    async 'symbols are added and removed without a loss'() {
      const { feed } = follow()
      const quotes: QuoteEvent[] = []
      const seen = new Set<string>()
      for await (const event of feed) {
        if (event.type !== 'quote.update') continue
        if (event.symbol === symbol) quotes.push(event)
        else if (!seen.has('NVDA')) feed.remove(['NVDA'])
        seen.add(event.symbol)
        if (quotes.length === 3) feed.add(['NVDA'])
        if (quotes.length >= 25 && seen.has('NVDA')) break
      }
      assertConsecutive(stepsOf(quotes))
    },

    async 'malformed and unknown events are passed on, and end nothing'() {
      const { feed } = follow({ malformedAfterEvents: 2, unknownAfterEvents: 4 })
      const events = await take(feed, 8)
      assert.isAtLeast(events.filter(({ type }) => type === 'unknown').length, 2)
      assertConsecutive(stepsOf(events))
    },

    async 'leaving the loop closes the connection'() {
      const { id, feed } = follow()
      await take(feed, 2)
      await lab.assertLeft({ id }, patience)
    },

    async 'an aborted signal ends a feed that waits'() {
      const controller = new AbortController()
      const { id, feed } = follow({ silentAfterEvents: 1 }, { signal: controller.signal })
      const reading = take(feed, 5)
      await lab.sent({ id }, 1)
      controller.abort()
      await rejection(reading, RequestAbortedError)
      await lab.assertLeft({ id }, patience)
    },

    async 'a refusal is final, and typed'() {
      const { feed } = follow({ status: 403, errorType: 'permission_error' })
      await rejection(feed.ready, AuthenticationError)
      assert.equal((await feed.closed).reason, 'failed')
    },

    async '204 ends a feed'() {
      const { feed } = follow({ status: 204 })
      assert.deepEqual(await take(feed, 1), [])
      assert.equal((await feed.closed).reason, 'ended')
    },

    ...(lab.options.capabilities?.webSockets && overWebSockets(lab)),
  }
}

/** Live data from VecTrade's WebSockets, with a key. */
function overWebSockets(lab: Lab): Cases {
  async function follow(
    fault: LiveFault = {},
    apiKey?: string,
    symbols = [symbol],
  ): Promise<LiveFeed> {
    const addresses = await lab.addresses()
    const client = lab.options.createClient({
      apiKey: apiKey ?? addresses.apiKey,
      baseURL: addresses.baseURL,
      liveURL: addresses.liveURL,
      headers: { 'x-sandbox-fault': formatLiveFault(fault) },
    })
    return client.live.subscribe({ symbols })
  }

  return {
    async 'WebSocket: quotes arrive, and symbols are added on the open socket'() {
      const feed = await follow()
      const seen = new Set<string>()
      for await (const event of feed) {
        if (event.type === 'quote.update') seen.add(event.symbol)
        if (seen.size === 1) feed.add(['NVDA'])
        if (seen.size === 2) break
      }
      assert.deepEqual([...seen], [symbol, 'NVDA'])
    },

    async 'WebSocket: after a cut, a gap says that something may be missing'() {
      const feed = await follow({ cutAfterEvents: 3 })
      const events = await take(feed, 6)
      assert.include(
        events.map(({ type }) => type),
        'gap',
      )
    },

    async 'WebSocket: after it was replaced by a newer connection, the feed comes back'() {
      const feed = await follow({ kickAfterEvents: 2 })
      const types = (await take(feed, 5)).map(({ type }) => type)
      assert.include(types, 'gap')
    },

    async 'WebSocket: a wrong key is an AuthenticationError'() {
      const feed = await follow({}, 'vq_wrong')
      const error = await rejection(feed.ready, AuthenticationError)
      assert.equal(error.status, 401)
    },

    async 'WebSocket: a redirect to another origin: nothing goes there'() {
      const { elsewhere } = await lab.addresses()
      const mark = newId()
      const location = new URL(`/ws/v1/quotes?case=${mark}`, elsewhere).href
      const feed = await follow({ status: 307, headers: { location } })
      await rejection(feed.ready, ConnectionError)
      assert.deepEqual(await lab.seen({ id: mark }, 'elsewhere'), [])
    },

    async 'WebSocket: a refusal with another status is tried again'() {
      const feed = await follow({ status: 503 })
      const error = await rejection(feed.ready, APIError)
      assert.equal(error.status, 503)
    },
  }
}

/** Reads this many events, then leaves the loop. Ends earlier if the feed does. */
async function take(feed: LiveFeed, count: number): Promise<LiveEvent[]> {
  const events: LiveEvent[] = []
  for await (const event of feed) if (events.push(event) === count) break
  return events
}

/** Returns the numbers of the ticks of the test symbol's quotes, which the sandbox puts into the volume. */
function stepsOf(events: readonly LiveEvent[]): number[] {
  return events.flatMap((event) =>
    event.type === 'quote.update' && event.symbol === symbol
      ? [Math.floor(((event.volume ?? 0) - 1_000_000) / 1000)]
      : [],
  )
}

function assertConsecutive(steps: readonly number[]): void {
  assert.isNotEmpty(steps)
  assert.deepEqual(
    steps,
    steps.map((_, index) => steps[0]! + index),
  )
}
