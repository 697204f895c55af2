import { expect, test } from 'vitest'
import { CommentCounter } from './comment-counter.ts'

/** Returns the comments of each arrival, and the most of them in a row. */
function count(texts: readonly string[], chunkSize = 1000): [comments: number, inRow: number][] {
  const counter = new CommentCounter()
  return texts.map((text) => {
    const counts = { comments: 0, commentsInRow: 0 }
    const bytes = new TextEncoder().encode(text)
    for (let at = 0; at < bytes.length; at += chunkSize) {
      counter.add(bytes.subarray(at, at + chunkSize), counts)
    }
    return [counts.comments, counts.commentsInRow]
  })
}

test.each<[what: string, texts: string[], expected: [number, number][]]>([
  ['lines without an empty one between them', [': connected\n: by me\n\n'], [[1, 0]]],
  ['what a stream begins with', ['retry: 1\n\n: a\n\n: b\n\n'], [[2, 0]]],
  ['heartbeats', ['data: 1\n\n: a\n\n: b\n\n:\n\n'], [[3, 3]]],
  [
    'heartbeats after the first arrival',
    [': a\n\n', ': b\n\n: c\n\n'],
    [
      [1, 0],
      [2, 2],
    ],
  ],
  [
    'two lines each time',
    [': a\n', ': b\n: c\n\n: d\n: e\n\n'],
    [
      [1, 0],
      [2, 2],
    ],
  ],
  [
    'a comment before each event',
    ['data: 1\n\n', ': a\n\ndata: 1\n\n: b\n\ndata: 2\n\n'],
    [
      [0, 0],
      [2, 1],
    ],
  ],
  [
    'a comment in each event',
    ['data: 1\n\n', ': a\ndata: 1\n\ndata: 2\n: b\n\n'],
    [
      [0, 0],
      [2, 1],
    ],
  ],
  [
    'all line ends',
    ['data: 1\r\n\r\n', ': a\r\n\r\n: b\r\r: c\n\n'],
    [
      [0, 0],
      [3, 3],
    ],
  ],
  [
    'a line where it ends',
    [': a', '\n\n'],
    [
      [0, 0],
      [1, 1],
    ],
  ],
])('counts %s', (_, texts, expected) => {
  expect(count(texts)).toEqual(expected)
  expect(count(texts, 1)).toEqual(expected)
})
