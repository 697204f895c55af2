import { describe, expect, test, vi } from 'vitest'
import { catchError } from '../test-support/body.ts'
import {
  fail,
  mockTime,
  ok,
  run,
  scripted,
  type Sent,
  unreachable,
} from '../test-support/scripted.ts'
import { AuthenticationError, type Fetch, VecTrade } from '../index.ts'

mockTime()

/** The headers of the key, one entry for each request. */
const keysOf = (sent: Sent[]): string[] =>
  sent.map(({ init }) => {
    const headers = new Headers(init.headers)
    return [headers.get('x-api-key'), headers.get('authorization')].filter(Boolean).join(' and ')
  })

const refused =
  (status: number, error: string, message = 'm') =>
  (): Response =>
    Response.json({ error, message }, { status })

describe('by default', () => {
  test('only X-API-Key is sent if it works', async () => {
    const { client, sent } = scripted([ok])
    expect(await run(client)).toBe('Héllo world')
    await run(client)
    expect(keysOf(sent)).toEqual(['vq_test', 'vq_test'])
  })

  test.for([
    [401, 'anything'],
    [401, 'scope_denied'],
    [403, 'authentication_error'],
    [403, 'invalid_api_key'],
    [403, 'missing_api_key'],
  ] as const)('after %i %s the other header is sent and remembered', async ([status, code]) => {
    const { client, sent } = scripted([refused(status, code), ok])
    expect(await run(client, { maxRetries: 0 })).toBe('Héllo world')
    await run(client)
    expect(keysOf(sent)).toEqual(['vq_test', 'Bearer vq_test', 'Bearer vq_test'])
    expect(sent.map(({ at }) => at)).toEqual([0, 0, 0])
    const [first, second] = sent.map(({ init }) => new Headers(init.headers).get('idempotency-key'))
    expect(first).toBe(second)
    expect(sent[1]?.init.body).toBe(sent[0]?.init.body)
  })

  test.for([
    [403, 'scope_denied'],
    [403, 'permission_error'],
    [403, 'anything'],
    [402, 'payment_required'],
    [404, 'not_found'],
  ] as const)('after %i %s nothing is sent', async ([status, code]) => {
    const { client, sent } = scripted([refused(status, code), ok])
    expect(await run(client)).toMatchObject({ status })
    expect(sent).toHaveLength(1)
  })

  test('a wrong key costs two requests, and the first error is thrown', async () => {
    const { client, sent } = scripted([refused(401, 'a', 'first'), refused(401, 'b', 'second')])
    const error = await run(client)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ message: 'first' })
    expect(sent).toHaveLength(2)
  })

  test('any other error with the second header is thrown', async () => {
    const { client, sent } = scripted([refused(401, 'a'), refused(403, 'scope_denied', 'second')])
    expect(await run(client)).toMatchObject({ message: 'second', errorCode: 'scope_denied' })
    expect(sent).toHaveLength(2)
  })

  test.for([422, 429])(
    'a %i for the call itself means that the server knows the key',
    async (status) => {
      const { client, sent } = scripted([refused(401, 'a'), refused(status, 'quota_exceeded')])
      await run(client)
      await run(client)
      expect(keysOf(sent)).toEqual(['vq_test', 'Bearer vq_test', 'Bearer vq_test'])
    },
  )

  test('a failure with the second header is retried with that header', async () => {
    const { client, sent } = scripted([refused(401, 'a'), fail(503), ok])
    expect(await run(client)).toBe('Héllo world')
    expect(keysOf(sent)).toEqual(['vq_test', 'Bearer vq_test', 'Bearer vq_test'])
    expect(sent.map(({ at }) => at)).toEqual([0, 0, 500])
  })

  test('after a network failure with X-API-Key, the retry still sends X-API-Key first', async () => {
    const { client, sent } = scripted([unreachable, refused(401, 'a'), ok])
    expect(await run(client)).toBe('Héllo world')
    expect(keysOf(sent)).toEqual(['vq_test', 'vq_test', 'Bearer vq_test'])
  })

  test('a key that is refused later is not tried in the other header', async () => {
    const { client, sent } = scripted([ok, refused(401, 'a')])
    await run(client)
    expect(await run(client)).toMatchObject({ status: 401 })
    expect(keysOf(sent)).toEqual(['vq_test', 'vq_test'])
  })
})

/** A server that accepts only Bearer, and answers when it is told to. */
function bearerOnly(): { client: VecTrade; keys: string[]; answer: () => void } {
  const keys: string[] = []
  const waiting: (() => void)[] = []
  const fetch: Fetch = async (_, { headers }) => {
    const key = new Headers(headers).get('authorization') ?? 'none'
    keys.push(key)
    await new Promise<void>((resolve) => waiting.push(resolve))
    return key === 'none' ? refused(401, 'missing_api_key')() : ok()
  }
  const answer = (): void => waiting.splice(0).forEach((resolve) => resolve())
  return { client: new VecTrade({ apiKey: 'vq_test', fetch }), keys, answer }
}

describe('several first calls at once', () => {
  test('share what the first call finds out', async () => {
    const { client, keys, answer } = bearerOnly()
    const calls = Array.from({ length: 5 }, () => client.ai.stream('p').finalText())
    await vi.advanceTimersByTimeAsync(10)
    expect(keys).toEqual(['none'])
    answer()
    await vi.advanceTimersByTimeAsync(0)
    answer()
    await vi.advanceTimersByTimeAsync(0)
    answer()
    expect(await Promise.all(calls)).toHaveLength(5)
    expect(keys).toEqual(['none', ...Array(5).fill('Bearer vq_test')])
  })

  test('share that their key is wrong', async () => {
    const { client, sent } = scripted([refused(401, 'a')])
    const calls = Array.from({ length: 5 }, () => catchError(client.ai.stream('p').finalText()))
    for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(AuthenticationError)
    expect(sent).toHaveLength(2 + 4)
  })

  test('wait at most two seconds for the first', async () => {
    const { client, keys, answer } = bearerOnly()
    const calls = Array.from({ length: 3 }, () => client.ai.stream('p').finalText())
    await vi.advanceTimersByTimeAsync(1_999)
    expect(keys).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(keys).toHaveLength(3)
    answer()
    await vi.advanceTimersByTimeAsync(0)
    answer()
    expect(await Promise.all(calls)).toHaveLength(3)
  })

  test('end at once if they are aborted while they wait', async () => {
    const { client, keys, answer } = bearerOnly()
    const first = client.ai.stream('p').finalText()
    const controller = new AbortController()
    const second = catchError(client.ai.analyze('p', { signal: controller.signal }))
    await vi.advanceTimersByTimeAsync(10)
    controller.abort()
    expect(await second).toMatchObject({ code: 'request_aborted' })
    expect(keys).toHaveLength(1)
    answer()
    await vi.advanceTimersByTimeAsync(0)
    answer()
    expect(await first).toBe('Héllo world')
  })
})

test.for([
  ['x-api-key', 'vq_test'],
  ['bearer', 'Bearer vq_test'],
] as const)('the scheme %s sends only that header', async ([authScheme, key]) => {
  const { client, sent } = scripted([refused(401, 'a')], { authScheme })
  expect(await run(client)).toMatchObject({ status: 401 })
  expect(keysOf(sent)).toEqual([key])
})

test.for([
  [{ authorization: 'Basic own' }, 'Basic own'],
  [{ 'X-Api-Key': 'own' }, 'own'],
])('a header of the caller is sent unchanged, once: %j', async ([headers, key]) => {
  const { client, sent } = scripted([refused(401, 'a'), ok], { headers: headers as never })
  expect(await run(client)).toMatchObject({ status: 401 })
  expect(keysOf(sent)).toEqual([key])
})
