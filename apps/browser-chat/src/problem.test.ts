import {
  APIError,
  AuthenticationError,
  ConnectionError,
  NotFoundError,
  PaymentRequiredError,
  QuotaExceededError,
  RateLimitError,
  ServiceUnavailableError,
  StreamInterruptedError,
  StreamProtocolError,
  StreamResumeError,
  TimeoutError,
  ValidationError,
} from '@vectrade/browser'
import { expect, test } from 'vitest'
import { toProblem } from './problem.ts'

const fields = { message: 'words of the server', type: 'x', retryable: false }

test.each([
  ['You are signed out', true, new AuthenticationError(fields)],
  ['Not allowed', false, new AuthenticationError({ ...fields, type: 'permission_error' })],
  ['Nothing left for now', false, new QuotaExceededError(fields)],
  ['Not in this plan', false, new PaymentRequiredError(fields)],
  ['Too many questions at once', true, new RateLimitError(fields)],
  ['This question was not accepted', false, new ValidationError(fields)],
  ['The analysis failed', true, new ServiceUnavailableError(fields)],
  ['The connection broke off', true, new StreamInterruptedError()],
  ['No connection', true, new ConnectionError('m', 'connect')],
  ['No answer in time', true, new TimeoutError('headers', 1)],
  ['The answer stopped coming', true, new TimeoutError('heartbeat', 1)],
  ['This answer is no longer stored', true, new StreamResumeError('m')],
  ['The connection broke off', true, new StreamResumeError('m', { retryable: true })],
  ['No answer', true, new StreamProtocolError('m')],
  ['No analyses here', false, new NotFoundError({ ...fields, status: 404 })],
  ['This question is too long', false, new APIError({ ...fields, status: 413 })],
  ['Something went wrong', true, new TypeError('m')],
])('%s', (title, canRetry, error) => {
  expect(toProblem(error, true)).toMatchObject({ title, canRetry })
})

test('a connection that fails without a network is called being offline', () => {
  const offline = { title: 'You are offline' }
  expect(toProblem(new ConnectionError('m', 'connect'), false)).toMatchObject(offline)
  expect(toProblem(new StreamInterruptedError(), false)).toMatchObject(offline)
  expect(toProblem(new RateLimitError(fields), false)).not.toMatchObject(offline)
})

test('says when to ask again, and what to quote', () => {
  const error = new RateLimitError({ ...fields, retryAfter: 7, requestId: 'req_1' })
  expect(toProblem(error, true)).toMatchObject({ retryAfter: 7, requestId: 'req_1' })
})
