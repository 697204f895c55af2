import { VecTradeError } from '@vectrade/core'
import { expect, test } from 'vitest'
import { canaries } from './canaries.ts'
import { marks, marksIn } from './marks.ts'
import { hiddenWays, ways } from './ways.ts'

test(canaries.promise, async () => {
  const { figures, failures } = await canaries.run('short')
  console.log(figures)
  expect(failures).toEqual([])
})

test('a leak is found in the output of every way to print', () => {
  class Leaky extends VecTradeError {
    readonly more: string = marks.key

    override toJSON(): Record<string, unknown> {
      return { ...super.toJSON(), more: this.more }
    }
  }
  const error = new Leaky(marks.key, 'timeout', {
    requestId: marks.key,
    cause: new Error(marks.payload),
  })
  for (const [way, print] of Object.entries({ ...ways, ...hiddenWays })) {
    expect(marksIn(print(error)), way).toContain('key')
  }
})

test('a part of a key is a leak, in upper case too', () => {
  expect(marksIn(`…${marks.key.slice(3, 12).toUpperCase()}…`)).toEqual(['key'])
  expect(marksIn(btoa(marks.credential))).toEqual(['credential'])
  expect(marksIn('a text like any other')).toEqual([])
})
