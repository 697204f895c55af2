import type { LiveEvent } from '@vectrade/node'
import { expect, test } from 'vitest'
import { numberedQuote } from './numbered-quote.ts'
import { QuoteCheck } from './quote-check.ts'

const gap: LiveEvent = { type: 'gap', reason: 'upstream' }

test.for<['every' | 'latest', (number | 'gap')[], string[]]>([
  ['every', [4, 5, 6], []],
  ['every', [4, 6], ['S1 6 follows 4']],
  ['every', [4, 4], ['S1 4 follows 4']],
  ['every', [4, 'gap', 9, 10], []],
  ['every', [4, 'gap', 4, 5], []],
  ['every', [4, 'gap', 3], ['S1 3 follows 4 after a gap']],
  ['every', [4, 'gap', 9, 11], ['S1 11 follows 9']],
  ['latest', [4, 6], []],
  ['latest', [4, 4], ['S1 4 follows 4']],
  ['latest', [4, 3], ['S1 3 follows 4']],
  ['latest', [4, 'gap', 4], []],
])('%s: %j', ([delivery, numbers, failures]) => {
  const check = new QuoteCheck(delivery)
  for (const number of numbers) check.take(number === 'gap' ? gap : numberedQuote('S1', number))
  expect(check.failures).toEqual(failures)
})

test('an event that is not what was sent is noticed', () => {
  const check = new QuoteCheck('every')
  check.take({ ...numberedQuote('S1', 1), price: 1 })
  check.take({ type: 'unknown', content: '', wireType: 'trade', data: {} })
  expect(check.failures).toHaveLength(2)
})
