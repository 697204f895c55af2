import { expect, test } from 'vitest'
import { Queue } from './queue.ts'

test('items are taken in the order in which they were added', () => {
  const queue = new Queue<number>()
  const taken: (number | undefined)[] = []
  let added = 0
  // It grows, stays, and shrinks, so that the beginning is cut off at several lengths.
  for (const [adds, takes] of [
    [5, 1],
    [3, 3],
    [1, 4],
    [2, 2],
    [0, 1],
  ] as const) {
    for (let at = 0; at < adds; at += 1) queue.add((added += 1))
    for (let at = 0; at < takes; at += 1) taken.push(queue.take())
    expect(queue.length).toBe(added - taken.length)
    const left = Array.from({ length: queue.length }, (_, index) => queue.at(index))
    expect([...taken, ...left]).toEqual(Array.from({ length: added }, (_, index) => index + 1))
  }
  expect(taken).toHaveLength(added)
})

test('an empty queue has no items, and can be used again', () => {
  const queue = new Queue<string>()
  expect([queue.take(), queue.at(0), queue.length]).toEqual([undefined, undefined, 0])
  queue.add('a')
  expect([queue.at(0), queue.take(), queue.take(), queue.length]).toEqual(['a', 'a', undefined, 0])
})
