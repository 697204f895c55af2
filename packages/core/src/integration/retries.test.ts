import { describe, expect, test, vi } from 'vitest'
import { sse } from '../test-support/body.ts'
import { fail, mockTime, never, ok, run, scripted, type Sent } from '../test-support/scripted.ts'
import { RateLimitError, TimeoutError } from '../index.ts'

mockTime()

/** Refuses with a 429. The body may say how many seconds to wait. */
const refuse = (headers: Record<string, string>, seconds?: number) => (): Response =>
  Response.json({ error: { message: 'm', retry_after: seconds } }, { status: 429, headers })

const inAnHour = 'Sun, 22 Nov 2026 01:00:00 GMT'
const answerOf = (...wire: string[]): Response =>
  new Response(wire.join(''), { headers: { 'content-type': 'text/event-stream' } })

describe('the wait before a retry', () => {
  test.for<[string, () => Response, number]>([
    ['Retry-After', refuse({ 'retry-after': '1' }), 1000],
    ['retry-after-ms', refuse({ 'retry-after-ms': '60' }), 60],
    ['retry_after in the body', refuse({}, 1), 1000],
    ['retry-after-ms over Retry-After', refuse({ 'retry-after-ms': '60', 'retry-after': '9' }), 60],
    ['Retry-After over the body', refuse({ 'retry-after': '0' }, 9), 0],
    ['the backoff', refuse({}), 500],
    ['the backoff, if the date is invalid', refuse({ 'retry-after': 'soon' }), 500],
  ])('is set by %s', async ([, answer, ms]) => {
    const { client, sent } = scripted([answer, ok])
    expect(await run(client)).toBe('Héllo world')
    expect(sent.map(({ at }) => at)).toEqual([0, ms])
  })

  test.for<[string, () => Response, number]>([
    ['seconds', refuse({ 'retry-after': '61' }), 61],
    ['a date', refuse({ 'retry-after': inAnHour }), 3600],
    ['milliseconds', refuse({ 'retry-after-ms': '60001' }), 60.001],
    ['the body', refuse({}, 61), 61],
  ])('is never longer than a minute, set by %s', async ([, answer, retryAfter]) => {
    vi.setSystemTime(new Date('2026-11-22T00:00:00Z'))
    const { client, sent } = scripted([answer, ok])
    const error = await run(client)
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ retryAfter })
    expect(sent).toHaveLength(1)
  })
})

describe('a failure is retried', () => {
  test('if a proxy answers with a page', async () => {
    const page = (): Response =>
      new Response('<html>', { status: 503, headers: { 'content-type': 'text/html' } })
    const { client, sent } = scripted([page, ok])
    expect(await run(client)).toBe('Héllo world')
    expect(sent).toHaveLength(2)
  })

  test('if the headers do not come in time, and the last error is a timeout', async () => {
    const { client, sent } = scripted([never], { timeout: 1000, maxRetries: 1 })
    expect(await run(client)).toBeInstanceOf(TimeoutError)
    expect(sent).toHaveLength(2)
  })

  test('without streaming too, with one idempotency key', async () => {
    const { client, sent } = scripted([
      fail(503, { 'retry-after-ms': '1' }),
      fail(503, { 'retry-after-ms': '1' }),
      () => Response.json({ content: 'a' }),
    ])
    const analyzing = client.ai.analyze('p')
    await vi.runAllTimersAsync()
    expect((await analyzing).text).toBe('a')
    const keyOf = ({ init }: Sent): string | null =>
      new Headers(init.headers).get('idempotency-key')
    expect(sent).toHaveLength(3)
    expect(new Set(sent.map(keyOf)).size).toBe(1)
  })
})

describe('a failure is not retried', () => {
  test.for<[string, () => Response]>([
    [
      'if the content type is wrong',
      () => new Response('x', { headers: { 'content-type': 'text/html' } }),
    ],
    ['if a redirect has no location', () => new Response(null, { status: 307 })],
    ['if the status is 300', () => new Response('x', { status: 300 })],
    ['if the status is 304', () => new Response(null, { status: 304 })],
    ['if the answer is cut right after its headers', () => answerOf()],
    [
      'if its first event is an error',
      () => answerOf(`event: error\n${sse({ error: { type: 'server_error', message: 'm' } })}`),
    ],
  ])('%s', async ([, answer]) => {
    const { client, sent } = scripted([answer, ok], { maxRetries: 2 })
    expect(await run(client)).toBeInstanceOf(Error)
    expect(sent).toHaveLength(1)
  })
})
