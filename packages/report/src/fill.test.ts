import { expect, test } from 'vitest'
import { fill } from './fill.ts'

const page = 'a\n<!-- measured: x -->\nold\n<!-- /measured -->\nb\n'

test('replaces the text between the markers, also a second time', () => {
  const once = fill(page, new Map([['x', '$1 new']]))
  expect(once).toBe('a\n<!-- measured: x -->\n\n$1 new\n\n<!-- /measured -->\nb\n')
  expect(fill(once, new Map([['x', '$1 new']]))).toBe(once)
})

test('throws if the page has no markers for a part', () => {
  expect(() => fill(page, new Map([['y', 'new']]))).toThrow('measured: y')
})
