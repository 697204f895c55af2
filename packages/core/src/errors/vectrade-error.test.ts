import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import * as here from '../index.ts'
import { setContext } from './vectrade-error.ts'

vi.resetModules()
const there = await import('../index.ts')

const fields = { message: 'm', type: 't', retryable: false }

describe('instanceof with two copies of the package', () => {
  test('there are two copies', () => {
    expect(there.VecTradeError).not.toBe(here.VecTradeError)
  })

  test('holds for a class and its base classes', () => {
    const error = new there.ServiceUnavailableError(fields)
    expect(error instanceof here.ServiceUnavailableError).toBe(true)
    expect(error instanceof here.ServerError).toBe(true)
    expect(error instanceof here.APIError).toBe(true)
    expect(error instanceof here.VecTradeError).toBe(true)
    expect(here.VecTradeError.isInstance(error)).toBe(true)
  })

  test('does not hold for other classes', () => {
    const error = new there.ServerError(fields)
    expect(error instanceof here.ServiceUnavailableError).toBe(false)
    expect(error instanceof here.RateLimitError).toBe(false)
    expect(error instanceof here.ConnectionError).toBe(false)
    expect(new there.TimeoutError('idle', 1) instanceof here.ConnectionError).toBe(false)
    expect(new there.StreamInterruptedError() instanceof here.ConnectionError).toBe(true)
  })

  test.for([undefined, null, 'x', 7, {}, new Error('x'), Object.create(null)])(
    'does not hold for %s',
    (value) => {
      expect(value instanceof here.VecTradeError).toBe(false)
      expect(here.VecTradeError.isInstance(value)).toBe(false)
    },
  )

  test('works for classes that users make', () => {
    class Mine extends here.APIError {}
    expect(new Mine(fields) instanceof Mine).toBe(true)
    expect(new Mine(fields) instanceof here.APIError).toBe(true)
    expect(new here.APIError(fields) instanceof Mine).toBe(false)
  })
})

describe('printing and logging', () => {
  const error = new here.APIError({
    ...fields,
    status: 422,
    requestId: 'r1',
    details: 'the payload',
    headers: new Headers({ 'x-secret': 'the header' }),
    cause: new Error('the cause'),
  })
  setContext(error, 'r2', { text: 'the answer', citations: [], lastEventId: '' })

  test('partial, details and headers can be read', () => {
    expect(error.partial?.text).toBe('the answer')
    expect(error.details).toBe('the payload')
    expect(error.headers?.get('x-secret')).toBe('the header')
  })

  test('toJSON leaves them out', () => {
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'APIError',
      code: 'api_error',
      message: 'm',
      requestId: 'r1',
      retryable: false,
      status: 422,
      type: 't',
    })
  })

  test('inspect leaves them out', () => {
    expect(inspect(error)).toContain('APIError')
    expect(inspect(error)).not.toMatch(/the (answer|payload|header)/)
  })

  test('partial and request id are set once', () => {
    setContext(error, 'r3', { text: 'other', citations: [], lastEventId: '' })
    expect(error.partial?.text).toBe('the answer')
    expect(error.requestId).toBe('r1')
  })
})
