import { describe, expect, test, vi } from 'vitest'
import {
  ConfigurationError,
  RequestAbortedError,
  VecTrade,
  type VecTradeOptions,
} from '../index.ts'
import { fail, mockTime, ok, run, scripted } from '../test-support/scripted.ts'

mockTime()

/** A function that returns a new key each time: `vq_1`, `vq_2` and so on. */
function newKeys(): () => Promise<string> {
  let count = 0
  return async () => `vq_${(count += 1)}`
}

const keysOf = (sent: { init: RequestInit }[]): (string | null)[] =>
  sent.map(({ init }) => {
    const headers = new Headers(init.headers)
    return headers.get('x-api-key') ?? headers.get('authorization')
  })

describe('a function for the key is asked', () => {
  test('at each attempt', async () => {
    const { client, sent } = scripted([fail(503), fail(503), ok], { apiKey: newKeys() })
    expect(await run(client)).toBe('Héllo world')
    expect(await run(client)).toBe('Héllo world')
    expect(keysOf(sent)).toEqual(['vq_1', 'vq_2', 'vq_3', 'vq_4'])
  })

  test('once for an attempt that tries both headers', async () => {
    const { client, sent } = scripted([fail(401), ok], { apiKey: newKeys() })
    expect(await run(client)).toBe('Héllo world')
    expect(await run(client)).toBe('Héllo world')
    expect(keysOf(sent)).toEqual(['vq_1', 'Bearer vq_1', 'Bearer vq_2'])
  })

  test('by analyze()', async () => {
    const answer = (): Response => Response.json({ content: 'All of it' })
    const { client, sent } = scripted([answer], { apiKey: () => 'vq_now' })
    expect((await client.ai.analyze('p')).text).toBe('All of it')
    expect(keysOf(sent)).toEqual(['vq_now'])
  })

  test('by no call that has its own header, or that ends in the same tick', async () => {
    const apiKey = vi.fn(newKeys())
    const { client, sent } = scripted([ok], { apiKey })
    expect(await run(client, { headers: { authorization: 'Bearer mine' } })).toBe('Héllo world')
    expect(keysOf(sent)).toEqual(['Bearer mine'])
    const stream = client.ai.stream('p')
    const reading = stream.finalText().catch((error: unknown) => error)
    await stream.cancel()
    await reading
    expect(await run(client, { signal: AbortSignal.abort() })).toBeInstanceOf(RequestAbortedError)
    expect(apiKey).not.toHaveBeenCalled()
    expect(sent).toHaveLength(1)
  })
})

describe('a call fails with a ConfigurationError, and sends nothing,', () => {
  test.for<[string, () => never]>([
    ['throws', () => fault()],
    ['rejects', (() => Promise.resolve().then(fault)) as () => never],
  ])('if the function %s', async ([, apiKey]) => {
    const { client, sent } = scripted([ok], { apiKey })
    const error = await run(client)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error).toMatchObject({
      message: 'The function `apiKey` failed',
      cause: new Error('no vault'),
      retryable: false,
    })
    expect(sent).toHaveLength(0)
  })

  test.for([undefined, null, '', 'vq_a\nb', 'vq a', 7, {}])(
    'if the function returns %j',
    async (value) => {
      const { client, sent } = scripted([ok], { apiKey: () => value as string })
      const error = await run(client)
      expect(error).toBeInstanceOf(ConfigurationError)
      expect((error as Error).message).toMatch(/^The function `apiKey` must return a string/)
      expect(sent).toHaveLength(0)
    },
  )

  test('if the function takes longer than `timeout`', async () => {
    const { client, sent } = scripted([ok], { apiKey: () => new Promise(() => {}), timeout: 1000 })
    expect(await run(client)).toBeInstanceOf(ConfigurationError)
    expect(sent).toHaveLength(0)
  })
})

test('a failing function does not fail the calls that wait for the header', async () => {
  let count = 0
  const apiKey = async (): Promise<string> => ((count += 1) === 1 ? fault() : 'vq_2')
  const { client, sent } = scripted([ok], { apiKey })
  const outcomes = await Promise.all([run(client), run(client)])
  expect(outcomes).toEqual([expect.any(ConfigurationError), 'Héllo world'])
  expect(keysOf(sent)).toEqual(['vq_2'])
})

test('a call that is aborted while the function works ends at once', async () => {
  const controller = new AbortController()
  const { client, sent } = scripted([ok], { apiKey: () => new Promise(() => {}) })
  const outcome = run(client, { signal: controller.signal, timeout: 0 })
  await vi.advanceTimersByTimeAsync(10)
  controller.abort()
  expect(await outcome).toBeInstanceOf(RequestAbortedError)
  expect(sent).toHaveLength(0)
})

test('an error does not quote the keys of its attempts', async () => {
  const quoting = (): Response =>
    Response.json(
      { message: 'Not vq_1, not vq_2' },
      { status: 503, headers: { 'x-request-id': 'vq_2' } },
    )
  const { client } = scripted([fail(503), quoting], { apiKey: newKeys() })
  expect(await run(client, { maxRetries: 1 })).toMatchObject({
    message: expect.stringContaining('Not [redacted], not [redacted]'),
    requestId: '[redacted]',
  })
})

test.for([7, null, {}, 'vq a'])('%j is no key and no function', (apiKey) => {
  const options = { apiKey } as unknown as VecTradeOptions
  expect(() => new VecTrade(options)).toThrow(ConfigurationError)
  expect(() => new VecTrade(options)).toThrow(/^`apiKey` must be a string/)
})

function fault(): never {
  throw new Error('no vault')
}
