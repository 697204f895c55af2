import { describe, expect, test, vi } from 'vitest'
import { AuthenticationError, ServiceUnavailableError } from '../index.ts'
import { catchError } from '../test-support/body.ts'
import { quote, take } from '../test-support/live-events.ts'
import { useLiveServer } from '../test-support/use-live-server.ts'

const lab = useLiveServer()

describe('a lost connection', () => {
  test('is opened again after the last event that has arrived', async () => {
    const feed = lab.subscribe()
    const iterator = feed[Symbol.asyncIterator]()
    const first = await lab.server.connection(1)
    first.send(quote('NVDA', 1), 'a')
    await take(iterator, 1)
    first.end()
    await vi.advanceTimersByTimeAsync(500)
    const second = await lab.server.connection(2)
    expect(second.lastEventId).toBe('a')
    second.send(quote('NVDA', 2), 'b')
    expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
  })

  test('is opened again after the last id, even if that came without an event', async () => {
    const feed = lab.subscribe()
    const first = await lab.server.connection(1)
    first.write('id: begin\n\n')
    await feed.ready
    await vi.advanceTimersByTimeAsync(0)
    expect(feed.lastEventId).toBe('begin')
    first.end()
    await vi.advanceTimersByTimeAsync(500)
    expect((await lab.server.connection(2)).lastEventId).toBe('begin')
  })

  test('without ids is followed by a gap', async () => {
    const feed = lab.subscribe()
    const iterator = feed[Symbol.asyncIterator]()
    const first = await lab.server.connection(1)
    first.send(quote('NVDA', 1))
    await take(iterator, 1)
    first.end()
    await vi.advanceTimersByTimeAsync(500)
    const second = await lab.server.connection(2)
    second.send(quote('NVDA', 2))
    expect(await take(iterator, 2)).toEqual([{ type: 'gap', reason: 'upstream' }, quote('NVDA', 2)])
  })

  test('is tried again for ever once it was open, with growing pauses up to 30 s', async () => {
    const states: string[] = []
    const feed = lab.subscribe(['NVDA'], {
      onStateChange: (state) => void states.push(state),
    })
    const first = await lab.server.connection(1)
    await feed.ready
    const attempts: number[] = []
    const refuse = (): Response => {
      attempts.push(performance.now())
      lab.server.refusals.push(refuse)
      return new Response('', { status: 503 })
    }
    lab.server.refusals.push(refuse)
    first.end()
    await vi.advanceTimersByTimeAsync(30 * 60_000)
    expect(feed.state).toBe('reconnecting')
    const pauses = attempts.slice(1).map((at, index) => Math.round(at - attempts[index]!))
    expect(pauses.slice(0, 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    expect(attempts.length).toBeGreaterThan(50)
    lab.server.refusals.length = 0
    await vi.advanceTimersByTimeAsync(30_000)
    await lab.server.connection(2)
    await vi.advanceTimersByTimeAsync(0)
    expect(feed.state).toBe('live')
    await feed.close()
    expect(states).toEqual(['live', 'reconnecting', 'live', 'closed'])
  })

  test('a greeting does not make the next pause short again', async () => {
    const feed = lab.subscribe()
    const pauses: number[] = []
    for (let number = 1; number <= 4; number += 1) {
      const connection = await lab.server.connection(number)
      connection.send({ type: 'welcome' }, 'hello')
      await vi.advanceTimersByTimeAsync(0)
      connection.end()
      const lostAt = performance.now()
      while (lab.server.connections.length === number) await vi.advanceTimersByTimeAsync(100)
      pauses.push(performance.now() - lostAt)
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000])
    await feed.close()
  })

  test.for([
    ['the latest quote', undefined],
    ['a gap and the latest quote', { type: 'gap', reason: 'unknown' }],
  ] as const)('%s, with a new id, is a greeting too', async ([, gap]) => {
    const feed = lab.subscribe()
    const pauses: number[] = []
    for (let number = 1; number <= 5; number += 1) {
      const connection = await lab.server.connection(number)
      // Without a gap, the server continues after the id.
      const isGreeted = number === 1 || gap !== undefined
      if (number > 1 && gap !== undefined) connection.send(gap)
      if (isGreeted) connection.send(quote('NVDA', number), `id${number}`)
      if (number === 4) connection.send(quote('NVDA', 40), 'change')
      await vi.advanceTimersByTimeAsync(0)
      connection.end()
      const lostAt = performance.now()
      while (lab.server.connections.length === number) await vi.advanceTimersByTimeAsync(100)
      pauses.push(performance.now() - lostAt)
    }
    expect(pauses).toEqual([500, 1000, 2000, 500, 1000])
    await feed.close()
  })

  test('without ids, events make the next pause short again', async () => {
    const feed = lab.subscribe()
    const pauses: number[] = []
    for (let number = 1; number <= 4; number += 1) {
      const connection = await lab.server.connection(number)
      connection.send(quote('NVDA', number))
      if (number !== 2) connection.send(quote('NVDA', number + 0.5))
      await vi.advanceTimersByTimeAsync(0)
      connection.end()
      const lostAt = performance.now()
      while (lab.server.connections.length === number) await vi.advanceTimersByTimeAsync(100)
      pauses.push(performance.now() - lostAt)
    }
    // The first quote of a connection is its greeting.
    expect(pauses).toEqual([500, 1000, 500, 500])
    await feed.close()
  })

  test('a greeting without ids is no progress after there was an id', async () => {
    const feed = lab.subscribe()
    const pauses: number[] = []
    for (let number = 1; number <= 3; number += 1) {
      const connection = await lab.server.connection(number)
      connection.send(quote('NVDA', 1), number === 1 ? '1' : undefined)
      await vi.advanceTimersByTimeAsync(0)
      connection.end()
      const lostAt = performance.now()
      while (lab.server.connections.length === number) await vi.advanceTimersByTimeAsync(100)
      pauses.push(performance.now() - lostAt)
    }
    expect(pauses).toEqual([500, 1000, 2000])
    await feed.close()
  })

  test('after an id that no header can hold is followed by a gap', async () => {
    const feed = lab.subscribe()
    const iterator = feed[Symbol.asyncIterator]()
    const first = await lab.server.connection(1)
    first.send(quote('NVDA', 1), 'a\u0001b')
    await take(iterator, 1)
    first.end()
    await vi.advanceTimersByTimeAsync(500)
    const second = await lab.server.connection(2)
    expect(second.lastEventId).toBeUndefined()
    second.send(quote('NVDA', 2), '2')
    expect(await take(iterator, 2)).toEqual([{ type: 'gap', reason: 'upstream' }, quote('NVDA', 2)])
    await feed.close()
  })

  test('waits as long as the server asks', async () => {
    lab.subscribe()
    const first = await lab.server.connection(1)
    first.write('retry: 5000\n\n')
    await vi.advanceTimersByTimeAsync(0)
    first.end()
    await vi.advanceTimersByTimeAsync(5400)
    expect(lab.server.connections).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(100)
    expect(lab.server.connections).toHaveLength(2)
  })
})

test('silence without a byte for `heartbeatTimeout` opens another connection; heartbeats do not', async () => {
  const feed = lab.subscribe(['NVDA'], { heartbeatTimeout: 45_000 })
  const first = await lab.server.connection(1)
  await feed.ready
  for (let beats = 0; beats < 20; beats += 1) {
    await vi.advanceTimersByTimeAsync(15_000)
    first.write(': heartbeat\n\n')
  }
  await vi.advanceTimersByTimeAsync(44_000)
  expect(lab.server.connections).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(2000)
  await lab.server.connection(2)
  expect(first.isClosed).toBe(true)
})

describe('before the first connection', () => {
  test('a feed gives up after five attempts', async () => {
    for (let attempts = 0; attempts < 5; attempts += 1) {
      lab.server.refusals.push(() => new Response('', { status: 503 }))
    }
    const feed = lab.subscribe()
    const failure = catchError(feed.ready)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await failure).toBeInstanceOf(ServiceUnavailableError)
    expect(lab.server.refusals).toEqual([])
    expect((await feed.closed).reason).toBe('failed')
    expect(await catchError(take(feed[Symbol.asyncIterator](), 1))).toBeInstanceOf(
      ServiceUnavailableError,
    )
  })

  test.for([400, 401, 403, 404, 422])('%i is final', async (status) => {
    lab.server.refusals.push(() => new Response('', { status }))
    const feed = lab.subscribe()
    expect(await catchError(feed.ready)).toMatchObject({ status })
    expect((await feed.closed).reason).toBe('failed')
  })

  test('204 ends the feed without an error', async () => {
    lab.server.refusals.push(() => new Response(undefined, { status: 204 }))
    const feed = lab.subscribe()
    expect(await take(feed[Symbol.asyncIterator](), 1)).toEqual([])
    expect(await feed.closed).toEqual({ reason: 'ended' })
    await feed.ready
  })
})

test('an error event ends a feed if its class is final', async () => {
  const feed = lab.subscribe()
  const connection = await lab.server.connection(1)
  connection.send(quote('NVDA', 1), 'a')
  connection.write(
    'event: error\ndata: {"error":{"type":"authentication_error","message":"m"}}\n\n',
  )
  const iterator = feed[Symbol.asyncIterator]()
  expect(await take(iterator, 1)).toEqual([quote('NVDA', 1)])
  expect(await catchError(iterator.next())).toBeInstanceOf(AuthenticationError)
})
