import { expect, test, vi } from 'vitest'
import { VecTrade } from '../client.ts'
import { ConfigurationError } from '../index.ts'
import { catchError } from '../test-support/body.ts'
import { settle, useFakeSockets } from '../test-support/use-fake-sockets.ts'

let keys: (() => string)[] = []
const lab = useFakeSockets(() => keys.shift()?.() ?? 'vq_last')

const fault = (): never => {
  throw new Error('no vault')
}

test('each WebSocket has a key of its own, and so has the request that learns of a refusal', async () => {
  keys = [() => 'vq_1', () => 'vq_2']
  lab.status = 503
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  ;(await lab.socketOf(1)).lose()
  await vi.advanceTimersByTimeAsync(1000)
  const second = await lab.socketOf(2)
  second.open()
  await feed.ready
  second.lose()
  await vi.advanceTimersByTimeAsync(1000)
  await lab.socketOf(3)
  expect(lab.sockets.map(({ headers }) => headers['authorization'])).toEqual([
    'Bearer vq_1',
    'Bearer vq_2',
    'Bearer vq_last',
  ])
  expect(lab.requests.map(({ authorization }) => authorization)).toEqual(['Bearer vq_1'])
})

test('a function that fails before the first connection ends the feed', async () => {
  keys = [fault]
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const error = await catchError(feed.ready)
  expect(error).toBeInstanceOf(ConfigurationError)
  expect(error).toMatchObject({ cause: new Error('no vault') })
  expect(lab.sockets).toHaveLength(0)
})

test('a function that fails later is asked again after a pause', async () => {
  keys = [() => 'vq_1', fault, fault]
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const first = await lab.socketOf(1)
  first.open()
  await feed.ready
  first.lose()
  await vi.advanceTimersByTimeAsync(8000)
  const second = await lab.socketOf(2)
  second.open()
  await settle()
  expect(feed.state).toBe('live')
  expect(second.headers['authorization']).toBe('Bearer vq_last')
})

test('over Server-Sent Events, each connection has a key of its own', async () => {
  const sent: (string | undefined)[] = []
  let count = 0
  const client = new VecTrade({
    apiKey: () => `vq_${(count += 1)}`,
    liveURL: 'https://live.example/v1',
    authScheme: 'bearer',
    async fetch(_, { headers }) {
      sent.push(headers['authorization'])
      if (sent.length === 3) return new Response(null, { status: 204 })
      return new Response(': hello\n\n', { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  const feed = client.live.subscribe({ symbols: ['NVDA'] })
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(30_000)
    expect(feed.state).toBe('closed')
  })
  expect(sent).toEqual(['Bearer vq_1', 'Bearer vq_2', 'Bearer vq_3'])
})
