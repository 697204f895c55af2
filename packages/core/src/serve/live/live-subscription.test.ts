import { describe, expect, test } from 'vitest'
import type { LiveChannel, LiveEvent } from '../../events/live-event.ts'
import { quote } from '../../test-support/controlled-feed.ts'
import { channelOf, isFor, type LiveSubscription, subscriptionTo } from './live-subscription.ts'

function subscription(
  symbols: string[],
  channels: LiveChannel[] = ['quotes', 'alerts', 'news'],
  allowed?: string[],
): LiveSubscription {
  const wish = { symbols: new Set(symbols), channels: new Set(channels) }
  return subscriptionTo(wish, allowed && new Set(allowed))
}

const news = (...symbols: string[]): LiveEvent => ({
  type: 'news.published',
  id: 'n',
  title: 't',
  symbols,
})
const alert = (symbol: string): LiveEvent => ({
  type: 'alert.triggered',
  id: 'a',
  symbol,
  price: 1,
  condition: { operator: 'crosses_above', threshold: 1 },
})
const unknown = (data: unknown): LiveEvent => ({ type: 'unknown', content: '', wireType: '', data })
const gap: LiveEvent = { type: 'gap', reason: 'upstream' }

describe('the key', () => {
  test('is the same in any order', () => {
    expect(subscription(['A', 'B'], ['news', 'quotes']).key).toBe(
      subscription(['B', 'A'], ['quotes', 'news']).key,
    )
  })

  test('differs with symbols, channels and what is allowed', () => {
    const keys = [
      subscription([]),
      subscription(['A']),
      subscription(['A', 'B']),
      subscription(['A'], ['quotes']),
      subscription(['A'], ['news']),
      subscription([], undefined, ['A']),
      subscription([], undefined, []),
    ].map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('is about what is left of a narrowed request', () => {
    expect(subscription(['A', 'B'], ['quotes'], ['A', 'C']).key).toBe(
      subscription(['A'], ['quotes']).key,
    )
  })
})

describe('an event', () => {
  const cases: [string, LiveSubscription, LiveEvent[], LiveEvent[]][] = [
    [
      'with symbols',
      subscription(['A', 'B']),
      [quote('A', 1), alert('B'), news('X', 'A'), gap, unknown({}), unknown({ symbol: 'A' })],
      [
        quote('X', 1),
        alert('X'),
        news('X'),
        news(),
        unknown({ symbol: 'X' }),
        unknown({ symbols: ['A', 'X'] }),
      ],
    ],
    [
      'without symbols',
      subscription([]),
      [alert('A'), news('A'), news(), gap, unknown('text'), unknown({ symbols: ['A'] })],
      [quote('A', 1)],
    ],
    [
      'of other channels',
      subscription(['A'], ['news']),
      [news('A'), gap, unknown(undefined)],
      [quote('A', 1), alert('A')],
    ],
    [
      'without symbols, narrowed',
      subscription([], undefined, ['A']),
      [alert('A'), news('A'), gap],
      [alert('X'), news('X'), news(), quote('A', 1)],
    ],
  ]
  test.for(cases)('is for the readers that want it: %s', ([, wanted, yes, no]) => {
    for (const event of yes) expect(isFor(wanted, event, channelOf(event)), event.type).toBe(true)
    for (const event of no) expect(isFor(wanted, event, channelOf(event)), event.type).toBe(false)
  })

  test('of an unknown type is for the readers of its channel', () => {
    expect(isFor(subscription(['A'], ['quotes']), unknown({}), 'news')).toBe(false)
    expect(isFor(subscription(['A'], ['quotes']), unknown({}), 'quotes')).toBe(true)
  })
})
