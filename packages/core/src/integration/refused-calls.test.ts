import { describe, expect, test } from 'vitest'
import { catchError, complete } from '../test-support/body.ts'
import { fail, mockTime, never, run, scripted } from '../test-support/scripted.ts'
import {
  APIError,
  NotFoundError,
  QuotaExceededError,
  ServerError,
  StreamProtocolError,
  TimeoutError,
} from '../index.ts'

mockTime()

describe('a call that is refused', () => {
  test.for([
    [410, APIError],
    [418, APIError],
    [599, ServerError],
  ] as const)('with the unknown status %i has a class', async ([status, Class]) => {
    const refuse = (): Response =>
      Response.json({ error: { type: 'newer_than_this', message: 'm' } }, { status })
    const error = await run(scripted([refuse], { maxRetries: 0 }).client)
    expect(error).toBeInstanceOf(Class)
    expect(error).toMatchObject({ status, type: 'newer_than_this' })
  })

  test('because of a quota reports the quota', async () => {
    const headers = { 'x-vq-quota-limit': '1000', 'x-vq-quota-remaining': '0' }
    const refuse = (): Response =>
      Response.json({ error: { type: 'quota_exceeded', message: 'm' } }, { status: 429, headers })
    const error = await run(scripted([refuse]).client)
    expect(error).toBeInstanceOf(QuotaExceededError)
    expect(error).toMatchObject({ quotaLimit: 1000, quotaRemaining: 0 })
  })

  test('rejects `response`, even if the stream is not read', async () => {
    const stream = scripted([fail(404)]).client.ai.stream('p')
    expect(await catchError(stream.response)).toBeInstanceOf(NotFoundError)
  })

  test.for(['<html>', 'a text', ''])(
    'with a body that is %o names its status, and not the body',
    async (body) => {
      const refuse = (): Response => new Response(body, { status: 404 })
      const error = await run(scripted([refuse]).client)
      expect(error).toBeInstanceOf(NotFoundError)
      expect(String(error)).toContain('status 404')
      if (body !== '') expect(String(error)).not.toContain(body)
    },
  )
})

test('a response without a content type is a protocol error', async () => {
  const untyped = (): Response => {
    const response = new Response(complete.join(''))
    response.headers.delete('content-type')
    return response
  }
  expect(await run(scripted([untyped]).client)).toBeInstanceOf(StreamProtocolError)
})

test('a response that does not come in time is an error that names the time', async () => {
  const error = await run(scripted([never], { timeout: 100, maxRetries: 0 }).client)
  expect(error).toBeInstanceOf(TimeoutError)
  expect(error).toMatchObject({ phase: 'headers', retryable: true })
  expect(String(error)).toContain('100 ms')
})
