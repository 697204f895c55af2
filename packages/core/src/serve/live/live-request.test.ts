import { describe, expect, test } from 'vitest'
import { liveUrl } from '../../test-support/live-endpoint.ts'
import { readLiveRequest } from './live-request.ts'
import { Refusal } from '../refusal.ts'

const limits = { maxSymbols: 3, isAllowed: (symbol: string) => symbol !== 'NONE' }

function read(query: string, headers: Record<string, string> = {}): Record<string, unknown> {
  const wish = readLiveRequest(new Request(liveUrl + query, { headers }), limits)
  return Object.fromEntries(
    Object.entries(wish).map(([name, value]) => [name, value instanceof Set ? [...value] : value]),
  )
}

test('reads symbols, channels and where to continue', () => {
  const query = '?symbols=NVDA,AMD,NVDA&channels=quotes,news&added=AMD'
  expect(read(query, { 'last-event-id': 'x' })).toEqual({
    symbols: ['NVDA', 'AMD'],
    channels: ['quotes', 'news'],
    added: ['AMD'],
    lastEventId: 'x',
  })
})

test('has defaults', () => {
  expect(read('')).toEqual({ symbols: [], channels: ['quotes'], added: [], lastEventId: '' })
})

test('takes repeated parameters, spaces and empty items', () => {
  expect(read('?symbols=A&symbols=B,%20C,&channels=')).toMatchObject({
    symbols: ['A', 'B', 'C'],
    channels: ['quotes'],
  })
})

test('counts a repeated header once, and values that differ as none', () => {
  expect(read('', { 'last-event-id': 'x, x' })['lastEventId']).toBe('x')
  expect(read('', { 'last-event-id': 'x, y' })['lastEventId']).toBe('')
})

describe('refuses', () => {
  test.for<[string, string]>([
    ['?symbols=A,B,C,D', 'A request can follow at most 3 symbols, and this one has 4'],
    ['?symbols=A,NONE', 'There is no symbol "NONE"'],
    ['?symbols=A%20B', 'There is no symbol "A B"'],
    ['?symbols=A%00', 'There is no symbol "A\\u0000"'],
    [`?symbols=${'A'.repeat(33)}`, `There is no symbol "${'A'.repeat(32)}"`],
    ['?channels=orders', 'There is no channel "orders": the channels are quotes, alerts, news'],
  ])('%s', async ([query, message]) => {
    let refusal: unknown
    try {
      read(query)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(Refusal)
    expect((refusal as Refusal).toResponse().status).toBe(422)
    expect((refusal as Refusal).message).toBe(message)
  })
})
