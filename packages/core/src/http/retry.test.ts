import { describe, expect, test } from 'vitest'
import { APIError, ConnectionError, ValidationError } from '../index.ts'
import { backoff, retryDelay } from './retry.ts'

const policy = { maxRetries: 2, maxRetryAfter: 60_000 }

function failure(retryAfter?: number): APIError {
  return new APIError({ message: '', type: '', retryable: true, retryAfter })
}

describe('backoff', () => {
  test('doubles from 0.5 s, ± 25 %', () => {
    expect([1, 2, 3, 4].map((attempt) => backoff(attempt, 0.5))).toEqual([500, 1000, 2000, 4000])
    expect([backoff(1, 0), backoff(1, 1)]).toEqual([375, 625])
  })

  test('is at most 30 s, including jitter', () => {
    for (const random of [0, 0.5, 1]) {
      for (const attempt of [7, 8, 30, 2000])
        expect(backoff(attempt, random)).toBeLessThanOrEqual(30_000)
    }
    expect(backoff(7, 1)).toBe(30_000)
  })

  test('varies', () => {
    expect(new Set(Array.from({ length: 20 }, () => backoff(1))).size).toBeGreaterThan(1)
  })
})

describe('retryDelay', () => {
  test('is undefined after maxRetries', () => {
    expect(retryDelay(failure(), 2, policy)).toBeGreaterThan(0)
    expect(retryDelay(failure(), 3, policy)).toBeUndefined()
    expect(retryDelay(failure(), 1, { ...policy, maxRetries: 0 })).toBeUndefined()
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
