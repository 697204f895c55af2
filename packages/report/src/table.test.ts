import { expect, test } from 'vitest'
import { table } from './table.ts'

test('all cells of a column have the same width', () => {
  expect(table(['a', 'long name'], [['some value', '1']])).toBe(
    '| a          | long name |\n| ---------- | --------- |\n| some value | 1         |',
  )
})
