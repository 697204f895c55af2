import { expect, test } from 'vitest'
import { priceText } from './price-text.ts'

test.each([
  [
    { price: 1234.5, change: 12.3, changePct: 1.006 },
    { price: '1,234.50', change: '+12.30 (+1.01%)', trend: 'up' },
  ],
  [
    { price: 99, change: -0.5, changePct: -0.503 },
    { price: '99.00', change: '−0.50 (−0.50%)', trend: 'down' },
  ],
  [
    { price: 7, change: 0, changePct: 0 },
    { price: '7.00', change: '0.00 (0.00%)', trend: 'flat' },
  ],
  [
    { price: 0.1234, change: 0.0004 },
    { price: '0.1234', change: '+0.0004', trend: 'up' },
  ],
  [
    { price: 5, changePct: -2 },
    { price: '5.00', change: '−2.00%', trend: 'down' },
  ],
  [
    { price: 5, change: '<b>', changePct: Number.NaN },
    { price: '5.00', change: '', trend: 'flat' },
  ],
] as const)('%j is shown as %j', (quote, text) => {
  expect(priceText(quote)).toEqual(text)
})
