import { describe, expect, test } from 'vitest'
import { APIError, ConnectionError, ValidationError } from '../index.ts'
import { backoff, retryDelay } from './retry.ts'
import { retryAfterSeconds } from '../errors/retry-after.ts'

const policy = { maxRetries: 2, maxRetryAfter: 60_000 }

function failure(retryAfter?: number): APIError {
  return new APIError({ message: '', type: '', retryable: true, retryAfter })
}

describe('backoff', () => {
  test('doubles from 0.5 s, ± 25 %', () => {
    expect([1, 2, 3, 4].map((attempt) => backoff(attempt, 0.5))).toEqual([500, 1000, 2000, 4000])
    expect([backoff(1, 0), backoff(1, 1)]).toEqual([375, 625])
  })

  test('is never over 30 s, jitter included', () => {
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
  test('ends after maxRetries', () => {
    expect(retryDelay(failure(), 2, policy)).toBeGreaterThan(0)
    expect(retryDelay(failure(), 3, policy)).toBeUndefined()
    expect(retryDelay(failure(), 1, { ...policy, maxRetries: 0 })).toBeUndefined()
  })

  test('is for what is retryable only', () => {
    const final = new ValidationError({ message: '', type: '', retryable: false })
    expect(retryDelay(final, 1, policy)).toBeUndefined()
    expect(retryDelay(new ConnectionError('', 'connect'), 1, policy)).toBeGreaterThan(0)
    expect(retryDelay(new ConnectionError('', 'redirect'), 1, policy)).toBeUndefined()
  })

  test('is what the server asks for, up to maxRetryAfter', () => {
    expect(retryDelay(failure(0), 1, policy)).toBe(0)
    expect(retryDelay(failure(60), 1, policy)).toBe(60_000)
    expect(retryDelay(failure(60.001), 1, policy)).toBeUndefined()
  })
})

describe('retryAfterSeconds', () => {
  const now = Date.parse('2026-11-22T00:00:00Z')
  test.for<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': ' 1.5 ' }, 1.5],
    [{ 'retry-after': 'Sun, 22 Nov 2026 00:00:30 GMT' }, 30],
    [{ 'retry-after': 'Sat, 21 Nov 2026 00:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '250' }, 0.25],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, 0.25],
    [{ 'retry-after-ms': 'soon', 'retry-after': '7' }, 7],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': 'Infinity' }, undefined],
    [{ 'retry-after': '1e9' }, undefined],
    [{ 'retry-after': '5, 5' }, 5],
    [{ 'retry-after': '5, 9,7' }, 9],
    [{ 'retry-after': '5, soon' }, 5],
    [{ 'retry-after-ms': '250, 250' }, 0.25],
    [{ 'retry-after': 'Sun, 22 Nov 2026 00:00:30 GMT, Sun, 22 Nov 2026 00:00:40 GMT' }, 40],
    [{ 'retry-after': '5, Sunday, 22-Nov-26 00:00:30 GMT' }, 30],
    [{ 'retry-after': 'Sun Nov 22 00:00:30 2026 GMT, 5' }, 30],
  ])('%o', ([headers, seconds]) => {
    expect(retryAfterSeconds(new Headers(headers), now)).toBe(seconds)
  })
})
