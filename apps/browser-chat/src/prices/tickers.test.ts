import { expect, test } from 'vitest'
import { tickersFrom, tickersIn } from './tickers.ts'

test.each([
  ["What's the bull case for NVDA?", ['NVDA']],
  ['Compare AMD and INTC, then AMD again', ['AMD', 'INTC']],
  ['BRK.B or $F? And $BRK.A.', ['BRK.B', 'F', 'BRK.A']],
  ['Is the P/E ratio (EPS, TTM) of TSLA too high for a U.S. stock, and an AI CEO?', ['TSLA']],
  ['I have A question', []],
  ['TOOLONG NVDAx xNVDA NVDA2 ÄMD $nvda', []],
  ['AAPL MSFT GOOG AMZN META NVDA TSLA', ['AAPL', 'MSFT', 'GOOG', 'AMZN', 'META', 'NVDA']],
])('%j is about %j', (question, tickers) => {
  expect(tickersIn(question)).toEqual(tickers)
})

test.each([
  [
    ['NVDA', 'BRK.B', '005930.KS', 'NVDA'],
    ['NVDA', 'BRK.B', '005930.KS'],
  ],
  [['nvda', '', 'A B', 'A,B', '<b>', 7, null], []],
  [Array.from({ length: 100 }, (_, index) => `S${index}`), ['S0', 'S1', 'S2', 'S3', 'S4', 'S5']],
  ['NVDA', []],
  [undefined, []],
])('%j of a server has the symbols %j', (value, tickers) => {
  expect(tickersFrom(value)).toEqual(tickers)
})
