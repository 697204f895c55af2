import type { StoredMessage } from '@vectrade/core'
import { expect, test } from 'vitest'
import { slicesOf } from './slices.ts'

const sizes = (messages: StoredMessage[]): number[] =>
  slicesOf(messages).map(({ fields }) => fields.length / 2)

test('an append without messages is one empty slice', () => {
  expect(slicesOf([])).toMatchObject([{ fields: [], before: 0, after: 0, bytesAfter: 0 }])
})

test('a slice has at most 500 messages', () => {
  expect(sizes(Array.from({ length: 500 }, () => ({ data: '' })))).toEqual([500])
  expect(sizes(Array.from({ length: 1001 }, () => ({ data: '' })))).toEqual([500, 500, 1])
})

test('a slice has at most 1 MiB, unless one message is larger', () => {
  const half = { event: 'é', data: 'x'.repeat(2 ** 19 - 2) }
  expect(sizes([half, half, half, { data: 'ß'.repeat(2 ** 20) }, half])).toEqual([2, 1, 1, 1])
})

test('a slice counts the messages and bytes before and after it', () => {
  const data = 'ß'.repeat(2 ** 18)
  expect(slicesOf([{ data }, { data }, { data }, { event: 'e', data: 'é' }])).toMatchObject([
    { before: 0, after: 2, bytesAfter: 2 ** 19 + 3 },
    { before: 2, after: 0, bytesAfter: 0 },
  ])
})
