import { describe, expect, test, vi } from 'vitest'
import { VecTrade as CoreClient } from '../client.ts'
import {
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  TimeoutError,
  VecTrade,
} from '../index.ts'
import { catchError } from '../test-support/body.ts'
import { FakeSocket } from '../test-support/fake-sockets.ts'
import { key, settle, useFakeSockets } from '../test-support/use-fake-sockets.ts'

const lab = useFakeSockets()

describe('a handshake that fails', () => {
  test.for([401, 403, 404])('with %i, which a request learns, is final', async (refused) => {
    lab.status = refused
    const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
    const failure = catchError(feed.ready)
    ;(await lab.socketOf(1)).lose()
    expect(await failure).toMatchObject({
      status: refused,
      message: expect.stringContaining('(live data, channel quotes)'),
    })
    expect(lab.requests).toEqual([
      { url: 'https://ws.vectrade.io/ws/v1/quotes', authorization: `Bearer ${key}` },
    ])
    expect(lab.sockets).toHaveLength(1)
  })

  test('for another reason is tried five times', async () => {
    lab.status = 200
    const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
    const failure = catchError(feed.ready)
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      ;(await lab.socketOf(attempt)).lose()
      await vi.advanceTimersByTimeAsync(30_000)
    }
    expect(await failure).toBeInstanceOf(ConnectionError)
    expect(lab.sockets).toHaveLength(5)
  })

  test('five times ends a feed that came while the socket was lost, and no other one', async () => {
    lab.status = 200
    const first = lab.client.live.subscribe({ symbols: ['NVDA'] })
    ;(await lab.socketOf(1)).open()
    await first.ready
    lab.sockets[0]?.lose()
    await settle()
    const second = lab.client.live.subscribe({ symbols: ['NVDA'] })
    const failure = catchError(second.ready)
    await vi.advanceTimersByTimeAsync(500)
    for (let attempt = 2; attempt <= 6; attempt += 1) {
      expect(second.state).toBe('connecting')
      ;(await lab.socketOf(attempt)).lose()
      await vi.advanceTimersByTimeAsync(30_000)
    }
    expect(await failure).toBeInstanceOf(ConnectionError)
    expect(first.state).toBe('reconnecting')
    ;(await lab.socketOf(7)).open()
    await settle()
    expect(first.state).toBe('live')
  })

  test('with 404 is tried again if the URL had a WebSocket before', async () => {
    lab.status = 404
    const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
    const first = await lab.socketOf(1)
    first.open()
    await feed.ready
    first.lose()
    await vi.advanceTimersByTimeAsync(500)
    ;(await lab.socketOf(2)).lose()
    await vi.advanceTimersByTimeAsync(1000)
    ;(await lab.socketOf(3)).open()
    await settle()
    expect(feed.state).toBe('live')
  })

  test.for([400, 405, 426])(
    'is a ConnectionError if a GET of its URL gets %i',
    async (answered) => {
      lab.status = answered
      const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
      const failure = catchError(feed.ready)
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        ;(await lab.socketOf(attempt)).lose()
        await vi.advanceTimersByTimeAsync(30_000)
      }
      expect(await failure).toBeInstanceOf(ConnectionError)
    },
  )

  test('because it takes too long is tried again', async () => {
    lab.client.live.subscribe({ symbols: ['NVDA'] })
    const first = await lab.socketOf(1)
    await vi.advanceTimersByTimeAsync(31_000)
    await lab.socketOf(2)
    expect(first.readyState).toBe(3)
  })
})

test('closing a feed while its socket connects closes the socket', async () => {
  const feed = lab.client.live.subscribe({ symbols: ['NVDA'] })
  const only = await lab.socketOf(1)
  await feed.close()
  await settle()
  expect(only.readyState).toBe(3)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(lab.sockets).toHaveLength(1)
})

test('in a runtime without WebSockets that send headers, the error says what to do', async () => {
  const plain = new VecTrade({ apiKey: key })
  const failure = await catchError(plain.live.subscribe({ symbols: ['NVDA'] }).ready)
  expect(failure).toBeInstanceOf(ConfigurationError)
  expect((failure as Error).message).toContain('endpoint')
})

test('a socket that has failed before it can be listened to is a failure at once', async () => {
  const failing = new CoreClient(
    { apiKey: key, fetch: async () => new Response('', { status: 401 }) },
    {
      openSocket(url, headers) {
        const socket = new FakeSocket(url, headers)
        socket.lose()
        return socket
      },
    },
  )
  const { closed } = failing.live.subscribe({ symbols: ['NVDA'] })
  // No timer is advanced, so this would wait for ever for the limit of a handshake.
  const { reason, error } = await closed
  expect(reason).toBe('failed')
  expect(error).toBeInstanceOf(AuthenticationError)
})

test('a handshake that the runtime never answers is given up after the timeout, and its socket is closed', async () => {
  const late: ((socket: FakeSocket) => void)[] = []
  const signals: AbortSignal[] = []
  const slow = new CoreClient(
    { apiKey: key, timeout: 50, fetch: async () => new Response('', { status: 426 }) },
    {
      openSocket(_url, _headers, signal) {
        signals.push(signal)
        return new Promise((resolve) => late.push(resolve))
      },
    },
  )
  const feed = slow.live.subscribe({ symbols: ['NVDA'] })
  const failure = catchError(feed.ready)
  await vi.waitFor(() => expect(late).toHaveLength(1), { timeout: 60_000 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await failure).toBeInstanceOf(TimeoutError)
  expect(signals.every(({ aborted }) => aborted)).toBe(true)
  const socket = new FakeSocket('', {})
  late[0]!(socket)
  await settle()
  expect(socket.readyState).toBe(3)
})

test('a connection that is lost right after its handshake is opened again', async () => {
  lab.client.live.subscribe({ symbols: ['NVDA'] })
  const first = await lab.socketOf(1)
  first.open()
  first.lose()
  await vi.advanceTimersByTimeAsync(500)
  expect((await lab.socketOf(2)).url).toBe(first.url)
})
