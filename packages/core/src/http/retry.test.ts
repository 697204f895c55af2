import { describe, expect, test } from 'vitest'
import { APIError, ConnectionError, ValidationError } from '../index.ts'
import { retryDelay } from './retry.ts'

const policy = { maxRetries: 2, maxRetryAfter: 60_000 }

function failure(retryAfter?: number): APIError {
  return new APIError({ message: '', type: '', retryable: true, retryAfter })
}

describe('retryDelay', () => {
  test('is undefined after maxRetries', () => {
    expect(retryDelay(failure(), 2, policy)).toBeGreaterThan(0)
    expect(retryDelay(failure(), 3, policy)).toBeUndefined()
    expect(retryDelay(failure(), 1, { ...policy, maxRetries: 0 })).toBeUndefined()
  })

  test('doubles from 0.5 s, ± 25 %', () => {
    for (const [attempt, ms] of [
      [1, 500],
      [2, 1000],
      [3, 2000],
      [20, 30_000],
    ] as const) {
      const delay = retryDelay(failure(), attempt, { ...policy, maxRetries: 20 })
      expect(delay).toBeGreaterThanOrEqual(0.75 * ms)
      expect(delay).toBeLessThanOrEqual(Math.min(1.25 * ms, 30_000))
    }
  })

  test('is undefined for an error that is not retryable', () => {
    const final = new ValidationError({ message: '', type: '', retryable: false })
    expect(retryDelay(final, 1, policy)).toBeUndefined()
    expect(retryDelay(new ConnectionError('', 'connect'), 1, policy)).toBeGreaterThan(0)
    expect(retryDelay(new ConnectionError('', 'redirect'), 1, policy)).toBeUndefined()
  })

  test('is as long as the server asks, up to maxRetryAfter', () => {
    expect(retryDelay(failure(0), 1, policy)).toBe(0)
    expect(retryDelay(failure(60), 1, policy)).toBe(60_000)
    expect(retryDelay(failure(60.001), 1, policy)).toBeUndefined()
  })
})
