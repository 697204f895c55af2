import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LiveAuthorization, LiveHandlerOptions } from '../../index.ts'
import { quote } from '../../test-support/controlled-feed.ts'
import { liveEndpoint } from '../../test-support/live-endpoint.ts'

describe('authorize', () => {
  test.for<[LiveAuthorization, number]>([
    [true, 200],
    [false, 401],
    [401, 401],
    [403, 403],
  ])('that returns %s responds with %i', async ([result, status]) => {
    const { feed, get } = liveEndpoint({ authorize: () => result })
    expect((await get()).response.status).toBe(status)
    expect(feed.calls).toHaveLength(status === 200 ? 1 : 0)
  })

  test('may send its own response', async () => {
    const authorize = (): Response => new Response('mine', { status: 418 })
    const { response } = await liveEndpoint({ authorize }).get()
    expect([response.status, await response.text()]).toEqual([418, 'mine'])
  })

  const forms = '`authorize` must return true, false, 401, 403, a Response or { symbols: […] }'
  const list = "`authorize().symbols` must be an array of symbols such as ['NVDA']"
  test.for<[unknown, string]>([
    [undefined, forms],
    [null, forms],
    [{}, forms],
    ['yes', forms],
    [{ symbols: undefined }, list],
    [{ symbols: 'NVDA' }, list],
    [{ symbols: ['NVDA', 1] }, list],
    [{ symbols: ['NVDA,AMD'] }, list],
  ])('that returns %j is a 500', async ([result, message]) => {
    const onError = vi.fn()
    const { get } = liveEndpoint({ authorize: () => result as never, onError })
    expect((await get()).response.status).toBe(500)
    expect(onError.mock.calls).toEqual([[expect.objectContaining({ message })]])
  })

  test('may narrow the symbols', async () => {
    const { feed, get } = liveEndpoint({ authorize: () => ({ symbols: ['NVDA', 'AMD'] }) })
    const caller = await get('?symbols=NVDA,TSLA')
    expect(feed.calls).toEqual(['add NVDA'])
    feed.send(quote('TSLA', 1), quote('NVDA', 2))
    expect(await caller.take(1)).toEqual([quote('NVDA', 2)])
    expect((await get('?symbols=TSLA')).response.status).toBe(403)
  })

  test('narrows a request without symbols too', async () => {
    const { feed, get } = liveEndpoint({ authorize: () => ({ symbols: ['NVDA'] }) })
    const caller = await get('?channels=news')
    const about = (...symbols: string[]) =>
      ({ type: 'news.published', id: symbols.join(), title: 't', symbols }) as const
    feed.send(about('TSLA'), about('NVDA'))
    expect(await caller.take(1)).toEqual([about('NVDA')])
  })
})

describe('is asked again after five minutes, and', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const minutes = 60_000

  /** Returns whether a response has ended after `authorize` has changed its mind. */
  async function hasEnded(
    results: (() => unknown)[],
    options: Partial<LiveHandlerOptions> = {},
  ): Promise<{ ended: boolean; status: number }> {
    const requests: Request[] = []
    const authorize = (request: Request): never => {
      requests.push(request)
      return results[Math.min(requests.length, results.length) - 1]?.() as never
    }
    const endpoint = liveEndpoint({ authorize, heartbeat: 0, ...options })
    const caller = await endpoint.get('?symbols=NVDA,AMD')
    expect(caller.response.status).toBe(200)
    let ended = false
    void caller.next().then(() => (ended = true))
    await vi.advanceTimersByTimeAsync(5 * minutes - 1)
    expect(ended).toBe(false)
    expect(requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(requests).toHaveLength(2)
    // The same request, so that its cookies can be looked up.
    expect(requests[1]).toBe(requests[0])
    return { ended, status: (await endpoint.get('?symbols=NVDA,AMD')).response.status }
  }

  const yes = (): boolean => true
  test.for<[string, (() => unknown)[], boolean, number]>([
    ['goes on if the result is the same', [yes], false, 200],
    ['ends if the session has ended', [yes, () => false], true, 401],
    ['ends if the user may no longer', [yes, () => 403], true, 403],
    ['ends if it may follow less', [yes, () => ({ symbols: ['AMD'] })], true, 200],
    ['ends if it may follow more', [() => ({ symbols: ['AMD'] }), yes], true, 200],
    [
      'goes on if only other symbols are new',
      [yes, () => ({ symbols: ['AMD', 'NVDA', 'X'] })],
      false,
      200,
    ],
    ['ends on a response', [yes, () => new Response('no', { status: 402 })], true, 402],
  ])('the stream %s', async ([, results, ended, status]) => {
    expect(await hasEnded(results)).toEqual({ ended, status })
  })

  test('the stream ends if it fails, and the error is reported', async () => {
    const onError = vi.fn()
    const error = new Error('mine')
    const fail = (): Promise<never> => Promise.reject(error)
    expect(await hasEnded([yes, fail], { onError })).toEqual({ ended: true, status: 500 })
    expect(onError.mock.calls).toEqual([[error], [error]])
  })

  test('no more after the reader has left', async () => {
    const authorize = vi.fn(yes)
    const { get } = liveEndpoint({ authorize })
    const caller = await get()
    await caller.cancel()
    await vi.advanceTimersByTimeAsync(20 * minutes)
    expect(authorize).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('never with `reauthorizeAfter: 0`', async () => {
    const authorize = vi.fn(yes)
    const { get } = liveEndpoint({ authorize, reauthorizeAfter: 0 })
    await get()
    await vi.advanceTimersByTimeAsync(20 * minutes)
    expect(authorize).toHaveBeenCalledOnce()
  })
})
