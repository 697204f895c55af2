import { expect, test } from 'vitest'
import { errorType } from '../error-body.ts'
import { failureOfReport, failureOfStatus } from './upstream-failure.ts'

test.each([
  [301, 502, 'bad_gateway', false],
  [400, 422, 'validation_error', true],
  [401, 502, 'bad_gateway', false],
  [402, 429, 'quota_exceeded', true],
  [403, 502, 'bad_gateway', false],
  [404, 502, 'bad_gateway', false],
  [405, 502, 'bad_gateway', false],
  [408, 504, 'service_unavailable', true],
  [413, 422, 'validation_error', true],
  [422, 422, 'validation_error', true],
  [429, 429, 'rate_limit_error', true],
  [500, 502, 'bad_gateway', true],
  [503, 503, 'service_unavailable', true],
  [504, 504, 'service_unavailable', true],
  [529, 503, 'service_unavailable', true],
])('the status %i of the model’s server becomes %i %s', (status, ours, type, mayRetry) => {
  const { details, ...failure } = failureOfStatus(status)
  expect(failure.status).toBe(ours)
  expect(details.type ?? errorType(ours)).toBe(type)
  // The others leave it to the class of the error.
  expect(details.headers?.['x-should-retry']).toBe(mayRetry ? undefined : 'false')
})

test('a wait is sent as whole seconds', () => {
  expect(failureOfStatus(429, 1.2).details).toMatchObject({
    retryAfter: 1.2,
    headers: { 'retry-after': '2' },
  })
  expect(failureOfStatus(401, 1).details.retryAfter).toBeUndefined()
})

test.each([
  [{ code: 429, message: 'x' }, 429],
  [{ code: '503' }, 503],
  [{ status: 504 }, 504],
  [{ type: 'insufficient_quota', code: 'insufficient_quota' }, 429],
  [{ type: 'invalid_request_error', code: 'context_length_exceeded' }, 422],
  [{ type: 'overloaded_error' }, 503],
  [{ code: 'toString' }, 502],
  [{ code: 200 }, 502],
  ['broken', 502],
  [null, 502],
])('the report %j becomes %i', (report, status) => {
  expect(failureOfReport(report).status).toBe(status)
})
