import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { errorChain } from './error-chain.ts'

test('is an error with its causes, of any realm', () => {
  const inner: unknown = runInNewContext('new Error("inner")')
  const outer = new Error('outer', { cause: inner })
  expect(inner).not.toBeInstanceOf(Error)
  expect(errorChain(outer)).toEqual([outer, inner])
})

test('ends, even if the causes form a circle', () => {
  const error = new Error('own cause')
  error.cause = error
  expect(errorChain(error)).toEqual(Array.from({ length: 5 }, () => error))
})

test.for([undefined, null, 'text', 5])('of %o is empty', (thrown) => {
  expect(errorChain(thrown)).toEqual([])
})
