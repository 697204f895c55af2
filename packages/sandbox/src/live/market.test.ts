import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Market, type MarketSettings, testSymbol } from './market.ts'
import { TickClock } from './tick-clock.ts'

const noon = Date.parse('2026-01-14T17:00:00Z')
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: noon }))
afterEach(() => void vi.useRealTimers())

function market(settings: Partial<MarketSettings> = {}, interval = 1000): Market {
  return new Market(
    { seed: 1, market: 'open', symbols: undefined, ...settings },
    new TickClock(interval),
  )
}

function prices(of: Market, symbol: string, ticks: number): number[] {
  return Array.from({ length: ticks }, (_, tick) => of.quote(symbol, tick).price)
}

describe('a quote', () => {
  test('is the same for the same seed, symbol and tick', () => {
    const first = market()
    const second = market()
    expect(first.quote('NVDA', 777)).toEqual(second.quote('NVDA', 777))
    expect(second.quote('NVDA', 777)).toEqual(first.quote('NVDA', 777))
  })

  test('depends on the seed, the symbol and the tick', () => {
    const { price } = market().quote('NVDA', 500)
    expect(market({ seed: 2 }).quote('NVDA', 500).price).not.toBe(price)
    expect(market().quote('AMD', 500).price).not.toBe(price)
    expect(new Set(prices(market(), 'NVDA', 500)).size).toBeGreaterThan(10)
  })

  test('is simulated, and has all fields of the protocol', () => {
    const quote = market().quote('NVDA', 3)
    expect(quote).toMatchObject({ type: 'quote.update', symbol: 'NVDA', simulated: true })
    expect(quote.timestamp).toBe(new Date(noon + 3000).toISOString())
    expect(quote.bid).toBeLessThan(quote.price)
    expect(quote.ask).toBeGreaterThan(quote.price)
  })

  test('stays plausible: prices are positive, and the volume grows', () => {
    for (const symbol of ['NVDA', 'AMD', 'BRK.B', testSymbol]) {
      const quotes = Array.from({ length: 500 }, (_, index) => market().quote(symbol, index * 977))
      expect(Math.min(...quotes.map(({ price }) => price))).toBeGreaterThan(5)
      expect(Math.max(...quotes.map(({ price }) => price))).toBeLessThan(2000)
      const volumes = quotes.map(({ volume }) => volume)
      expect(volumes.toSorted((one, other) => one - other)).toEqual(volumes)
    }
  })
})

describe('a market that is', () => {
  test('open has a trade of each symbol on each tick', () => {
    const open = market({ market: 'open' })
    expect([1, 2, 3].every((tick) => open.trades('NVDA', tick))).toBe(true)
  })

  test('closed has only trades of the test symbol', () => {
    const closed = market({ market: 'closed' })
    expect(closed.trades('NVDA', 100)).toBe(false)
    expect(closed.quote('NVDA', 100)).toEqual(closed.quote('NVDA', 0))
    expect(closed.trades(testSymbol, 100)).toBe(true)
    expect(new Set(prices(closed, testSymbol, 500)).size).toBeGreaterThan(10)
  })

  test('open in trading hours stands still after them, and goes on the next day', () => {
    const hours = market({ market: 'hours' }, 60_000)
    const [lastMinute, closing, nextOpening] = [4 * 60 - 1, 4 * 60, 21 * 60 + 30]
    expect(hours.trades('NVDA', lastMinute)).toBe(true)
    expect(hours.trades('NVDA', closing)).toBe(false)
    expect(hours.quote('NVDA', closing)).toEqual(hours.quote('NVDA', lastMinute))
    expect(hours.quote('NVDA', nextOpening - 1)).toEqual(hours.quote('NVDA', lastMinute))
    expect(hours.trades('NVDA', nextOpening)).toBe(true)
    expect(hours.trades(testSymbol, closing)).toBe(true)
  })

  test('closed since before it began has the quotes of its first tick', () => {
    vi.setSystemTime(Date.parse('2026-01-18T17:00:00Z'))
    const sunday = market({ market: 'hours' })
    expect(sunday.trades('NVDA', 1)).toBe(false)
    expect(sunday.quote('NVDA', 50)).toEqual(sunday.quote('NVDA', 0))
  })
})

test('every symbol exists, unless the settings name some', () => {
  expect(market().knows('ANY')).toBe(true)
  const few = market({ symbols: ['NVDA'] })
  expect(['NVDA', testSymbol, 'AMD'].map((symbol) => few.knows(symbol))).toEqual([
    true,
    true,
    false,
  ])
})

describe('alerts', () => {
  test('of the test symbol come on each 10th tick', () => {
    const closed = market({ market: 'closed' })
    const ticks = Array.from({ length: 31 }, (_, tick) => tick)
    expect(ticks.filter((tick) => closed.alert(testSymbol, tick) !== undefined)).toEqual([
      10, 20, 30,
    ])
  })

  test('of other symbols come now and then, and not in a closed market', () => {
    const count = (of: Market): number =>
      Array.from({ length: 5000 }, (_, tick) => of.alert('NVDA', tick)).filter(Boolean).length
    expect(count(market())).toBeGreaterThan(50)
    expect(count(market())).toBeLessThan(200)
    expect(count(market({ market: 'closed' }))).toBe(0)
  })

  test('are true: the quote has crossed the threshold', () => {
    const open = market()
    const operators = new Set<string>()
    for (let tick = 10; tick <= 3000; tick += 10) {
      const alert = open.alert(testSymbol, tick)
      const quote = open.quote(testSymbol, tick)
      const { price } = quote
      const { operator, threshold } = alert!.condition
      operators.add(operator)
      expect(alert).toMatchObject({ price, id: `alert_${testSymbol}_${tick}`, simulated: true })
      const field = operator.startsWith('pct') ? 'changePct' : 'price'
      const before = open.quote(testSymbol, tick - 1)[field]
      const sign = operator.endsWith('above') ? 1 : -1
      expect(sign * (quote[field] - threshold)).toBeGreaterThanOrEqual(0)
      expect(sign * (threshold - before)).toBeGreaterThanOrEqual(0)
    }
    expect(operators.size).toBe(4)
  })
})

test('articles come now and then, also in a closed market, and say that they are simulated', () => {
  const closed = market({ market: 'closed' })
  const articles = Array.from({ length: 5000 }, (_, tick) => closed.article('NVDA', tick)).filter(
    (article) => article !== undefined,
  )
  expect(articles.length).toBeGreaterThan(20)
  expect(articles.length).toBeLessThan(120)
  for (const { title, simulated, symbols, id } of articles) {
    expect(title).toMatch(/^Simulated: NVDA /)
    expect(simulated).toBe(true)
    expect(symbols[0]).toBe('NVDA')
    expect(closed.article('NVDA', Number(id.split('_')[2]))).toMatchObject({ title })
  }
  expect(new Set(articles.map(({ symbols }) => symbols.length))).toEqual(new Set([1, 2]))
})
