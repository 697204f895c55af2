import { describe, expect, test } from 'vitest'
import { ConnectionError, StreamConsumedError, StreamInterruptedError } from '../index.ts'
import { errorFromThrown } from './error-from-thrown.ts'

test('an error of the SDK stays as it is', () => {
  const error = new StreamConsumedError()
  expect(errorFromThrown(error, 'body')).toBe(error)
})

describe('a failure before the headers', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

  test.for<[string, unknown]>([
    ['of its cause', new TypeError('fetch failed', { cause: refused })],
    ['of its own', refused],
  ])('is a ConnectionError that names the system code %s', ([, thrown]) => {
    const error = errorFromThrown(thrown, 'connect')
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ phase: 'connect', cause: thrown, retryable: true })
    expect(error.message).toContain('(ECONNREFUSED)')
  })

  test.for<[string, unknown]>([
    ['a number', { code: 7 }],
    ['a sentence', { code: 'Connection refused' }],
    ['missing', new TypeError('fetch failed')],
    ['too deep', { cause: { cause: { cause: { cause: { cause: { code: 'ECONNREFUSED' } } } } } }],
  ])('names no code that is %s', ([, thrown]) => {
    expect(errorFromThrown(thrown, 'connect').message).toBe(
      'Could not reach the server: no response came',
    )
  })

  test('may have causes in a circle', () => {
    const thrown = new Error('a')
    thrown.cause = thrown
    expect(errorFromThrown(thrown, 'connect').cause).toBe(thrown)
  })
})

test.for([undefined, null, 'text', 7, {}, new TypeError('terminated')])(
  'a failure while the body is read is a StreamInterruptedError: %s',
  (thrown) => {
    const error = errorFromThrown(thrown, 'body')
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(error).toMatchObject({ phase: 'body', cause: thrown })
  },
)

test('the thrown error is not changed', () => {
  const thrown = Object.assign(new Error('boom'), { statusCode: 5, data: 'theirs' })
  errorFromThrown(thrown, 'connect')
  expect(Object.keys(thrown)).toEqual(['statusCode', 'data'])
})
