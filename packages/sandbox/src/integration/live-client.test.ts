import { type VecTradeOptions, VecTrade } from '@vectrade/core'
import { withRuntime } from '@vectrade/core/adapter'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { formatLiveFault } from '../live/live-fault-syntax.ts'
import type { LiveFault } from '../live/live-fault.ts'
import { type Sandbox, startSandbox } from '../server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ live: { interval: 5 } })
})
afterAll(() => sandbox.close())

class Client extends VecTrade {
  constructor(options: VecTradeOptions) {
    // Its types of listeners differ in a detail.
    const openSocket = (url: string, headers: Record<string, string>): never =>
      new WebSocket(url, { headers }) as never
    super(...withRuntime(options, { openSocket }))
  }
}

describe.each(['streams', 'sockets'])('core’s client over %s', (wire) => {
  function client(fault: LiveFault = {}, apiKey = sandbox.apiKey): VecTrade {
    const liveURL = wire === 'sockets' ? sandbox.liveURL : `${sandbox.url}/live`
    return new Client({ apiKey, liveURL, headers: { 'x-sandbox-fault': formatLiveFault(fault) } })
  }

  test('gets quotes, alerts and news', async () => {
    using one = client()
    const channels = ['quotes', 'alerts', 'news'] as const
    const feed = one.live.subscribe({ symbols: ['VQTEST'], channels })
    const types = new Set<string>()
    for await (const { type } of feed) {
      types.add(type)
      if (types.size === 3) break
    }
    expect(types).toEqual(new Set(['quote.update', 'alert.triggered', 'news.published']))
  })

  test('follows more symbols', async () => {
    using one = client()
    const feed = one.live.subscribe({ symbols: ['NVDA'] })
    await feed.ready
    feed.add(['AMD'])
    for await (const event of feed) {
      if (event.type === 'quote.update' && event.symbol === 'AMD') break
    }
    expect(feed.latest('AMD')).toMatchObject({ simulated: true })
  })

  test('connects again after a cut', async () => {
    using one = client({ cutAfterEvents: 3, times: 1 })
    const types: string[] = []
    for await (const { type } of one.live.subscribe({ symbols: ['NVDA'] })) {
      types.push(type)
      if (types.length === 10) break
    }
    // Only a stream has ids, so only it misses nothing.
    expect(types.includes('gap')).toBe(wire === 'sockets')
  })

  test('learns that its key is wrong', async () => {
    using one = client({}, 'vq_wrong_key')
    const feed = one.live.subscribe({ symbols: ['NVDA'] })
    expect(await feed.closed).toMatchObject({
      reason: 'failed',
      error: { code: 'authentication_error', status: 401 },
    })
  })
})
