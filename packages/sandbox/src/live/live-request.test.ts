import { expect, test } from 'vitest'
import { Refusal } from '../refusal.ts'
import { parseLiveRequest } from './live-request.ts'

test.each([
  ['', [], ['quotes'], []],
  ['symbols=NVDA,BRK.B,NVDA&channels=news,quotes', ['NVDA', 'BRK.B'], ['news', 'quotes'], []],
  ['symbols=&channels=alerts', [], ['alerts'], []],
  ['symbols=NVDA,AMD&added=AMD,TSLA', ['NVDA', 'AMD'], ['quotes'], ['AMD']],
])('%j is read', (query, symbols, channels, added) => {
  const request = parseLiveRequest(new URLSearchParams(query))
  expect([...request.symbols]).toEqual(symbols)
  expect([...request.channels]).toEqual(channels)
  expect(request.added).toEqual(added)
})

test.each([
  ['symbols=NVDA,,AMD', '`symbols` takes at most 1000 ticker symbols'],
  ['symbols=N V', '`symbols` takes at most 1000 ticker symbols'],
  [`symbols=${Array.from({ length: 1001 }, (_, at) => `A${at}`).join(',')}`, '`symbols` takes'],
  ['symbols=NVDA&added=N/V', '`added` takes at most 1000 ticker symbols'],
  ['channels=', '`channels` takes quotes, alerts, news'],
  ['channels=quotes,weather', '`channels` takes quotes, alerts, news'],
])('%j gets a 422', (query, message) => {
  const read = (): unknown => parseLiveRequest(new URLSearchParams(query))
  expect(read).toThrow(Refusal)
  expect(read).toThrow(expect.objectContaining({ status: 422 }))
  expect(read).toThrow(message)
})
