import { expect, test } from 'vitest'
import { PriceHistory } from './price-history.ts'

test('keeps the latest price of each second', () => {
  const history = new PriceHistory()
  expect(history.range).toBeUndefined()
  for (const [price, now] of [
    [10, 1000],
    [11, 1250],
    [12, 1500],
    [9, 2000],
    [8, 2900],
  ] as const) {
    history.add(price, now)
  }
  expect(history.times).toEqual([1.5, 2.9])
  expect(history.prices).toEqual([12, 8])
  expect(history.range).toEqual({ low: 8, high: 12 })
})

test('keeps five minutes', () => {
  const history = new PriceHistory()
  for (let second = 0; second < 1000; second += 1) history.add(second, second * 1000)
  expect(history.times).toHaveLength(301)
  expect(history.prices[0]).toBe(699)
})

test('does not connect the prices around an interruption', () => {
  const history = new PriceHistory()
  history.interrupt()
  history.add(10, 1000)
  history.interrupt()
  history.interrupt()
  history.add(11, 1100)
  expect(history.prices).toEqual([10, null, 11])
  expect(history.range).toEqual({ low: 10, high: 11 })
})

test('begins again when the clock is set back', () => {
  const history = new PriceHistory()
  history.add(10, 9000)
  history.add(11, 5000)
  expect(history.times).toEqual([5])
})
