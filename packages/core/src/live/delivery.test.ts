import { expect, test } from 'vitest'
import { SlowConsumerError } from '../errors/slow-consumer-error.ts'
import type { LiveEvent, QuoteEvent } from '../events/live-event.ts'
import { Delivery } from './delivery.ts'

const quote = (symbol: string, price: number): QuoteEvent => ({
  type: 'quote.update',
  symbol,
  price,
})
const news = (id: string): LiveEvent => ({ type: 'news.published', id, title: 't', symbols: [] })

function takeAll(delivery: Delivery): LiveEvent[] {
  const events: LiveEvent[] = []
  for (let event = delivery.take(); event !== undefined; event = delivery.take()) events.push(event)
  return events
}

test("'every' delivers each event in order", () => {
  const delivery = new Delivery('every', '')
  const events = [quote('A', 1), quote('A', 2), news('n'), quote('B', 1)]
  events.forEach((event, at) => delivery.add(event, String(at + 1)))
  expect(takeAll(delivery)).toEqual(events)
  expect(delivery.take()).toBeUndefined()
})

test('the last event id is that of the last event taken, not of those that wait', () => {
  const delivery = new Delivery('every', '0')
  delivery.add(quote('A', 1), '1')
  delivery.add(quote('A', 2), '2')
  expect([delivery.lastEventId, delivery.newestId]).toEqual(['0', '2'])
  delivery.take()
  expect(delivery.lastEventId).toBe('1')
  delivery.take()
  expect(delivery.lastEventId).toBe('2')
})

test('an event without an id does not change the last event id', () => {
  const delivery = new Delivery('every', '7')
  delivery.add(quote('A', 1), '')
  delivery.take()
  expect(delivery.lastEventId).toBe('7')
})

test('if the buffer is full, the oldest event is dropped and a gap tells how many were', () => {
  const delivery = new Delivery({ buffer: 3 }, '0')
  for (let price = 1; price <= 8; price += 1) delivery.add(quote('A', price), String(price))
  expect(delivery.lastEventId).toBe('0')
  expect(delivery.take()).toEqual({ type: 'gap', reason: 'slow_consumer', since: '0', dropped: 5 })
  expect(delivery.lastEventId).toBe('5')
  expect(takeAll(delivery)).toEqual([quote('A', 6), quote('A', 7), quote('A', 8)])
  delivery.add(quote('A', 9), '9')
  expect(takeAll(delivery)).toEqual([quote('A', 9)])
})

test("with overflow 'error', a full buffer fails", () => {
  const delivery = new Delivery({ buffer: 2, overflow: 'error' }, '')
  delivery.add(quote('A', 1), '1')
  delivery.add(quote('A', 2), '2')
  expect(() => delivery.add(quote('A', 3), '3')).toThrow(SlowConsumerError)
})

test("'latest' keeps the newest quote of each symbol, in the place of the first one", () => {
  const delivery = new Delivery('latest', '')
  delivery.add(quote('A', 1), '1')
  delivery.add(quote('B', 1), '2')
  for (let price = 2; price <= 1000; price += 1) delivery.add(quote('A', price), `a${price}`)
  expect(takeAll(delivery)).toEqual([quote('A', 1000), quote('B', 1)])
  delivery.add(quote('A', 1001), 'b')
  expect(takeAll(delivery)).toEqual([quote('A', 1001)])
})

test("'latest' never replaces alerts and news", () => {
  const delivery = new Delivery('latest', '')
  const events = [news('1'), news('2'), quote('A', 1), news('3')]
  events.forEach((event, at) => delivery.add(event, String(at)))
  expect(takeAll(delivery)).toEqual(events)
})

test('after a quote was replaced, resuming repeats what waits rather than losing it', () => {
  const delivery = new Delivery('latest', '')
  delivery.add(quote('A', 1), '1')
  delivery.add(quote('B', 1), '2')
  delivery.add(quote('A', 2), '3')
  delivery.take()
  // B, which has the id 2, was not delivered yet.
  expect(delivery.lastEventId).toBe('1')
  delivery.take()
  expect(delivery.lastEventId).toBe('3')
})
