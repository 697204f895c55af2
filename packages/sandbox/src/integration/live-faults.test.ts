import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LiveFault } from '../live/live-fault.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { openStream, SocketReader } from '../test-support/live-connections.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 5, live: { interval: 5 } })
})
afterAll(() => sandbox.close())

const symbols = ['VQTEST']

describe.each(['stream', 'socket'])('over a %s', (wire) => {
  /** Returns the first messages of a connection with a fault, as text. */
  async function texts(fault: LiveFault, count: number, headers = {}): Promise<string[]> {
    if (wire === 'socket') {
      const reader = new SocketReader(sandbox, { fault, headers, symbols })
      await reader.take(count)
      reader.socket.close()
      return reader.texts.slice(0, count)
    }
    const stream = await openStream(sandbox, { fault, headers })
    const messages = await stream.take(count)
    await stream.close()
    return messages.map(({ data }) => data)
  }

  test('gapAfterEvents sends a gap', async () => {
    const [, , gap] = await texts({ gapAfterEvents: 2, gapReason: 'slow_consumer' }, 3)
    expect(JSON.parse(gap ?? '')).toEqual({
      type: 'gap',
      reason: 'slow_consumer',
      since: expect.any(String),
    })
    const [first] = await texts({ gapAfterEvents: 0 }, 1)
    expect(JSON.parse(first ?? '')).toEqual({ type: 'gap', reason: 'upstream' })
  })

  test('malformedAfterEvents and unknownAfterEvents send what no client knows, and go on', async () => {
    const fault = { malformedAfterEvents: 1, unknownAfterEvents: 2 }
    const [, malformed, quote, unknown, next] = await texts(fault, 5)
    expect(() => JSON.parse(malformed ?? '')).toThrow(SyntaxError)
    expect(JSON.parse(unknown ?? '')).toMatchObject({ type: 'halt.announced' })
    for (const text of [quote, next]) {
      expect(JSON.parse(text ?? '')).toMatchObject({ type: 'quote.update' })
    }
  })

  test('eventDelay waits before each event', async () => {
    const before = performance.now()
    await texts({ eventDelay: 50 }, 4)
    // Timers may end up to 1 ms early.
    expect(performance.now() - before).toBeGreaterThan(190)
  })
})

describe('over a stream', () => {
  test.each(['fin', 'rst'] as const)('cut=%s ends the connection', async (cut) => {
    const stream = await openStream(sandbox, { fault: { cutAfterEvents: 3, cut } })
    await stream.take(3)
    await expect(stream.next()).rejects.toThrow()
    expect(sandbox.requests.at(-1)).toMatchObject({ closed: 'fault', eventsSent: 3 })
  })

  test('cut=clean ends it correctly', async () => {
    const stream = await openStream(sandbox, { fault: { cutAfterEvents: 3, cut: 'clean' } })
    await stream.take(3)
    expect(await stream.next()).toBeUndefined()
  })

  test('silentAfterEvents sends nothing more, and stays open', async () => {
    const stream = await openStream(sandbox, { fault: { silentAfterEvents: 2 } })
    await stream.take(2)
    const [record] = sandbox.requests.slice(-1)
    const { bytesSent } = record!
    const next = stream.next()
    // Another connection gets many ticks and heartbeats in the meantime.
    const other = await openStream(sandbox)
    await other.take(20)
    await other.close()
    expect(record?.bytesSent).toBe(bytesSent)
    expect(record?.closed).toBeUndefined()
    await stream.close()
    await next.catch(() => {})
  })

  test('kickAfterEvents sends an error, and ends', async () => {
    const stream = await openStream(sandbox, { fault: { kickAfterEvents: 1 } })
    const [, kick] = await stream.take(2)
    expect(kick).toMatchObject({
      event: 'error',
      wire: { error: { type: 'connection_replaced' } },
    })
    expect(await stream.next()).toBeUndefined()
  })

  test('errorAfterEvents sends an error, and ends', async () => {
    const fault: LiveFault = { errorAfterEvents: 1, errorCode: 'scope_denied', errorMark: 'none' }
    const stream = await openStream(sandbox, { fault })
    const [, error] = await stream.take(2)
    expect(error?.wire).toMatchObject({ error: 'scope_denied' })
    expect(await stream.next()).toBeUndefined()
  })

  test('staleCursor answers each id as expired', async () => {
    const stream = await openStream(sandbox)
    const [first] = await stream.take(1)
    const headers = { 'last-event-id': first?.id ?? '' }
    const stale = await openStream(sandbox, { fault: { staleCursor: true }, headers })
    expect((await stale.next())?.wire).toMatchObject({ type: 'gap', reason: 'expired' })
    await Promise.all([stream.close(), stale.close()])
  })

  test('retry sends a reconnection time', async () => {
    const stream = await openStream(sandbox, { fault: { retry: 1234 } })
    await stream.take(1)
    expect(stream.retries).toEqual([1234])
    await stream.close()
  })

  test.each<[LiveFault, number, string | null]>([
    [{ status: 503, retryAfter: 7 }, 503, '7'],
    [{ errorCode: 'invalid_api_key' }, 401, null],
    [{ status: 204 }, 204, null],
  ])('%j answers without live data', async (fault, status, retryAfter) => {
    const { response } = await openStream(sandbox, { fault })
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBe(retryAfter)
    await response.text()
  })

  test('a fault of analyses gets a 400 that names the faults of live data', async () => {
    const headers = { 'x-sandbox-fault': 'tokensPerSecond=5' }
    const { response } = await openStream(sandbox, { headers })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('silentAfterEvents')
  })
})

describe('over a socket', () => {
  test.each<[LiveFault, number]>([
    [{ cutAfterEvents: 2, cut: 'fin' }, 1006],
    [{ cutAfterEvents: 2, cut: 'rst' }, 1006],
    [{ cutAfterEvents: 2, cut: 'clean' }, 1001],
    [{ kickAfterEvents: 2 }, 4001],
    [{ errorAfterEvents: 2 }, 1011],
  ])('%j closes it with %i', async (fault, code) => {
    const reader = new SocketReader(sandbox, { fault, symbols })
    expect((await reader.closed).code).toBe(code)
    const record = sandbox.requests.at(-1)
    await record?.done
    expect(record?.closed).toBe('fault')
    expect(record?.eventsSent).toBe(fault.errorAfterEvents === undefined ? 2 : 3)
  })

  test('silentAfterEvents sends nothing more, and stays open', async () => {
    const reader = new SocketReader(sandbox, { fault: { silentAfterEvents: 2 }, symbols })
    await reader.take(2)
    const { pings } = reader
    const other = new SocketReader(sandbox, { symbols })
    await other.take(20)
    other.socket.close()
    expect(reader).toMatchObject({ pings, texts: { length: 2 } })
    expect(reader.socket.readyState).toBe(1)
    reader.socket.close()
  })

  test.each<[LiveFault, number]>([
    [{ status: 503, retryAfter: 7 }, 503],
    [{ errorCode: 'invalid_api_key' }, 401],
    [{ destroy: 'fin' }, 0],
    [{ destroy: 'rst' }, 0],
  ])('%j refuses the handshake', async (fault, status) => {
    expect(await new SocketReader(sandbox, { fault }).status).toBe(status)
  })

  test('a handshake that fails once also fails for the question why, but not the next time', async () => {
    await using failing = await startSandbox({ live: { faults: { status: 503, times: 1 } } })
    expect(await new SocketReader(failing).status).toBe(503)
    const headers = { authorization: `Bearer ${failing.apiKey}` }
    const url = `${failing.liveURL.replace('ws', 'http')}/ws/v1/quotes`
    expect((await fetch(url, { headers })).status).toBe(503)
    expect(await new SocketReader(failing).status).toBe(101)
    expect((await fetch(url, { headers })).status).toBe(426)
  })
})

test('a list has one fault for each connection to a path', async () => {
  const faults = [{ status: 503 }, { cutAfterEvents: 1, cut: 'clean' as const }]
  await using one = await startSandbox({ live: { interval: 5, faults } })
  expect((await openStream(one)).response.status).toBe(503)
  const second = await openStream(one)
  await second.take(1)
  expect(await second.next()).toBeUndefined()
  const third = await openStream(one)
  await third.take(5)
  await third.close()
  expect(await new SocketReader(one).status).toBe(503)
})

test('faults of live data do not harm analyses', async () => {
  await using one = await startSandbox({ live: { faults: { status: 503 } } })
  const response = await fetch(`${one.url}/ai/analyze`, {
    method: 'POST',
    headers: { authorization: `Bearer ${one.apiKey}` },
    body: JSON.stringify({ prompt: 'Bull case for NVDA?' }),
  })
  expect(response.status).toBe(200)
})
