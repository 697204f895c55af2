import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, StreamProtocolError } from '@vectrade/core'
import { toCause } from './node-error.ts'

const parserError = (): Error =>
  Object.assign(new Error('Invalid chunk'), {
    name: 'HTTPParserError',
    code: 'HPE_INVALID_CHUNK_SIZE',
    data: 'the payload',
  })

describe('the data of an HTTPParserError', () => {
  test.for<[string, (error: Error) => unknown]>([
    ['that was thrown', (error) => error],
    ['that is a cause', (cause) => new TypeError('terminated', { cause })],
    [
      'that is a cause of a cause',
      (cause) => new Error('x', { cause: new TypeError('terminated', { cause }) }),
    ],
  ])('%s is not printed, but is still there', ([, wrap]) => {
    const error = parserError()
    const thrown = wrap(error)
    expect(toCause(thrown)).toBe(thrown)
    expect(inspect(thrown, { depth: 9 })).toContain('HPE_INVALID_CHUNK_SIZE')
    expect(inspect(thrown, { depth: 9 })).not.toContain('payload')
    expect(error).toHaveProperty('data', 'the payload')
  })
})

test('the error of our agent is unwrapped', () => {
  const cause = new StreamProtocolError('The response has 6 content codings')
  expect(toCause(new TypeError('fetch failed', { cause }))).toBe(cause)
  const others = new Error('of a fetch of your own', { cause })
  expect(toCause(others)).toBe(others)
})

// What undici 5 to 8 say on Node 22, 24 and 26.
test.for(['invalid onRequestStart method', 'invalid onError method'])(
  'the error of a dispatcher of another undici says so: %s',
  (message) => {
    const cause = Object.assign(new Error(message), { code: 'UND_ERR_INVALID_ARG' })
    const thrown = new TypeError('fetch failed', { cause })
    const error = toCause(thrown)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error).toMatchObject({ cause: thrown })
    expect((error as Error).message).toContain(`undici ${process.versions['undici']}`)
  },
)

test('other invalid arguments are not changed', () => {
  const cause = Object.assign(new Error('invalid method'), { code: 'UND_ERR_INVALID_ARG' })
  const thrown = new TypeError('fetch failed', { cause })
  expect(toCause(thrown)).toBe(thrown)
})

test('other errors are not changed', () => {
  const thrown = Object.assign(new Error('boom'), { statusCode: 5, data: 'theirs' })
  expect(toCause(thrown)).toBe(thrown)
  expect(Object.keys(thrown)).toEqual(['statusCode', 'data'])
})

test.for<[string, unknown]>([
  ['a frozen error', Object.freeze(parserError())],
  ['a circle of causes', circle()],
  ['undefined', undefined],
  ['null', null],
  ['a text', 'boom'],
])('%s is returned as it is', ([, thrown]) => {
  expect(toCause(thrown)).toBe(thrown)
})

function circle(): Error {
  const error = new Error('a')
  error.cause = error
  return error
}
