import { expect, test } from 'vitest'
import { LiveCursors } from './live-cursor.ts'

test.for([0, 1, 63, 1e6, 2 ** 49])('a cursor has its position: %i', (position) => {
  const cursors = new LiveCursors()
  const cursor = cursors.encode(position)
  expect(cursor).toMatch(/^[\w-]+$/)
  expect(cursors.decode(cursor)).toBe(position)
})

test('an instance does not know the cursors of another one', () => {
  expect(new LiveCursors().decode(new LiveCursors().encode(1))).toBeUndefined()
  expect(new LiveCursors('ab').decode(new LiveCursors('a').encode(1))).toBeUndefined()
})

test.for([
  '',
  '1',
  'é',
  '%',
  'AAAA',
  btoa('a.'),
  btoa('a.-1'),
  btoa('a.1e3'),
  btoa(`a.${'9'.repeat(16)}`),
])('a text that is no cursor has no position: %s', (text) => {
  expect(new LiveCursors('a').decode(text)).toBeUndefined()
})

test.for(['1764389000000-0', 'a.b/é 1'])(
  'a cursor may have an id that all instances know: %s',
  (id) => {
    const cursors = new LiveCursors()
    const cursor = cursors.encode(7, id)
    expect(cursor).toMatch(/^[\w-]+$/)
    expect(cursors.decode(cursor)).toBe(7)
    expect(new LiveCursors().decode(cursor)).toBeUndefined()
    expect(LiveCursors.sharedId(cursor)).toBe(id)
    const shared = LiveCursors.encodeShared(id)
    expect(cursors.decode(shared)).toBeUndefined()
    expect(LiveCursors.sharedId(shared)).toBe(id)
  },
)

test.for(['', '1', 'é', btoa('a.1'), btoa('a.1.'), btoa('a.1.%')])(
  'a text has no shared id: %s',
  (text) => expect(LiveCursors.sharedId(text)).toBe(''),
)
