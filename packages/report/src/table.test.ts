import { expect, test } from 'vitest'
import { table } from './table.ts'

test('columns have one width', () => {
  expect(table(['a', 'long name'], [['some value', '1']])).toBe(
    '| a          | long name |\n| ---------- | --------- |\n| some value | 1         |',
  )
})
