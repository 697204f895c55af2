import { expect, test } from 'vitest'
import type { QuotaError } from '../quota-error.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { prompt, type RawAnswer, rawRequest } from '../test-support/raw-request.ts'

/** Uses up a quota of one request. Returns the next answers, of a stream and of JSON. */
async function refusals(sandbox: Sandbox): Promise<RawAnswer[]> {
  expect((await rawRequest(sandbox)).status).toBe(200)
  const body = JSON.stringify({ prompt, stream: false })
  return [await rawRequest(sandbox), await rawRequest(sandbox, { body })]
}

test.each<QuotaError & { code: string }>([
  { code: 'quota_exceeded', status: 403, retryAfter: 60 },
  { code: 'token_quota_exceeded', status: 403, retryAfter: 3600 },
  { code: 'ai_daily_limit_exceeded', status: 429, retryAfter: 86_400 },
  { code: 'AUTH_002', status: 403, retryAfter: 0 },
])('an exhausted quota is reported as %j, in the shape gateway', async (quotaError) => {
  await using sandbox = await startSandbox({ quota: 1, quotaError })
  for (const answer of await refusals(sandbox)) {
    expect(answer.status).toBe(quotaError.status)
    expect(JSON.parse(answer.body.toString())).toEqual({
      error: quotaError.code,
      message: expect.stringContaining('quota'),
      retry_after_seconds: quotaError.retryAfter,
    })
    expect(answer.headers.has('retry-after')).toBe(false)
    expect(answer.headers.get('x-vq-quota-remaining')).toBe('0')
  }
})

test('without a code, the error has the documented type and shape', async () => {
  await using sandbox = await startSandbox({ quota: 1, quotaError: { status: 403, retryAfter: 9 } })
  for (const answer of await refusals(sandbox)) {
    expect(answer.status).toBe(403)
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      error: { type: 'quota_exceeded', retry_after: 9 },
    })
  }
})

test('with a code and errorShape flat, the error is flat', async () => {
  const quotaError: QuotaError = { code: 'token_quota_exceeded', retryAfter: 9 }
  await using sandbox = await startSandbox({ quota: 1, quotaError, errorShape: 'flat' })
  for (const answer of await refusals(sandbox)) {
    expect(answer.status).toBe(429)
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      error_code: 'token_quota_exceeded',
      retry_after: 9,
    })
  }
})

test.each([
  [403, '`quotaError` must be an object'],
  [{ code: 'rate_limit_error' }, '`quotaError.code` must be one of quota_exceeded, token_quota'],
  [{ status: 402 }, '`quotaError.status` must be 403 or 429'],
  [{ retryAfter: -1 }, '`quotaError.retryAfter` must be a number of seconds'],
  [{ retryAfter: '5' }, '`quotaError.retryAfter` must be a number of seconds'],
])('refuses %j', async (quotaError, message) => {
  await expect(startSandbox({ quotaError: quotaError as QuotaError })).rejects.toThrow(message)
})
