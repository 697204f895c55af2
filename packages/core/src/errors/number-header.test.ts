import { expect, test } from 'vitest'
import { numberHeader } from './number-header.ts'

test.for<[value: string | undefined, number: number | undefined]>([
  ['60', 60],
  ['0', 0],
  ['1.5', 1.5],
  ['60, 60', 60],
  ['60,59', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['many', undefined],
  ['', undefined],
  [undefined, undefined],
])('the number of %o is %o', ([value, number]) => {
  const headers = new Headers(value === undefined ? {} : { 'x-vq-quota-limit': value })
  expect(numberHeader(headers, 'x-vq-quota-limit')).toBe(number)
})

test('without headers there is no number', () => {
  expect(numberHeader(undefined, 'x-vq-quota-limit')).toBeUndefined()
})
