import { expect, test } from 'vitest'
import { joinBytes } from './join-bytes.ts'

test('joins pieces in order', () => {
  const pieces = [[1, 2], [], [3]].map((bytes) => Uint8Array.from(bytes))
  expect([...joinBytes(pieces)]).toEqual([1, 2, 3])
  expect(joinBytes([])).toHaveLength(0)
})

test('does not copy a single piece', () => {
  const piece = Uint8Array.of(1)
  expect(joinBytes([piece])).toBe(piece)
})
