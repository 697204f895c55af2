import { expect, test } from 'vitest'
import { cursorIn, endOfTick, idOf } from './cursor.ts'

const startedAt = Date.parse('2026-01-14T17:00:00Z')

test.each([endOfTick, '1NVDA', '2BRK.B', '3VQTEST', '1^GSPC', '1EURUSD=X'])(
  'an id contains the rank %s',
  (rank) => {
    const cursor = { tick: 120, rank }
    expect(cursorIn(idOf(cursor, startedAt), startedAt)).toEqual(cursor)
  },
)

test.each([
  ['of another market', idOf({ tick: 1, rank: '1NVDA' }, startedAt + 1)],
  ['of another server', '1042'],
  ['without a rank', `${startedAt.toString(36)}.5.`],
  ['with a rank that is none', `${startedAt.toString(36)}.5.5`],
  ['with a tick that is no number', `${startedAt.toString(36)}.x.1NVDA`],
])('an id %s is no cursor', (_name, id) => {
  expect(cursorIn(id, startedAt)).toBeUndefined()
})
