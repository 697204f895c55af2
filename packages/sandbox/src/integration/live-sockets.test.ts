import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../server.ts'
import { rawRequest } from '../test-support/raw-request.ts'
import { SocketReader } from '../test-support/live-connections.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ live: { interval: 5 } })
})
afterAll(() => sandbox.close())

describe('the WebSocket of quotes', () => {
  test('sends the latest quote at once, and then changes', async () => {
    const reader = new SocketReader(sandbox, { symbols: ['NVDA', 'AMD'] })
    const quotes = await reader.take(6)
    expect(quotes.slice(0, 2).map(({ symbol }) => symbol)).toEqual(['NVDA', 'AMD'])
    expect(new Set(quotes.slice(2).map(({ symbol }) => symbol))).toEqual(new Set(['NVDA', 'AMD']))
    expect(quotes[5]).toMatchObject({ type: 'quote.update', simulated: true })
    reader.socket.close()
    const record = sandbox.requests.at(-1)
    await record?.done
    expect(record).toMatchObject({ path: '/ws/v1/quotes', status: 101, closed: 'client' })
    expect(record?.eventsSent).toBeGreaterThanOrEqual(6)
  })

  test('sends the quote of a symbol at once even if the market is closed, and does so again', async () => {
    await using closed = await startSandbox({ live: { interval: 60_000, market: 'closed' } })
    const reader = new SocketReader(closed, { symbols: ['NVDA'] })
    await reader.take(1)
    reader.send({ action: 'subscribe', symbols: ['AMD'] })
    expect((await reader.take(2)).map(({ symbol }) => symbol)).toEqual(['NVDA', 'AMD'])
  })

  test('stops sending a symbol', async () => {
    const reader = new SocketReader(sandbox, { symbols: ['NVDA', 'AMD'] })
    await reader.take(4)
    reader.send({ action: 'unsubscribe', symbols: ['NVDA'] })
    // An answer to the next message shows that the sandbox has read this one.
    reader.send({ action: 'subscribe', symbols: ['TSLA'] })
    await expect.poll(() => reader.texts.join(), { timeout: 10_000 }).toContain('TSLA')
    const { length } = reader.texts
    const later = (await reader.take(length + 20)).slice(length)
    expect(new Set(later.map(({ symbol }) => symbol))).toEqual(new Set(['AMD', 'TSLA']))
    reader.socket.close()
  })

  test('sends only the fields that the client wants', async () => {
    const reader = new SocketReader(sandbox)
    await reader.status
    reader.send({ action: 'subscribe', symbols: ['NVDA'], fields: ['bid'] })
    const [quote] = await reader.take(1)
    const names = Object.keys(quote ?? {}).toSorted()
    expect(names).toEqual(['bid', 'price', 'simulated', 'symbol', 'timestamp', 'type'])
    reader.socket.close()
  })

  test('answers a message that it does not understand with an error, and stays open', async () => {
    const reader = new SocketReader(sandbox)
    await reader.status
    reader.send('hello')
    const [answer] = await reader.take(1)
    expect(answer).toMatchObject({ error: { type: 'validation_error' } })
    reader.send({ action: 'subscribe', symbols: ['NVDA'] })
    expect((await reader.take(2))[1]).toMatchObject({ symbol: 'NVDA' })
    reader.socket.close()
  })
})

test.each([
  ['alerts', 'alert.triggered'],
  ['news', 'news.published'],
])('the WebSocket of %s needs no subscription', async (channel, type) => {
  const reader = new SocketReader(sandbox, { channel })
  const messages = await reader.take(5)
  expect(new Set(messages.map((message) => message['type']))).toEqual(new Set([type]))
  reader.socket.close()
})

describe('a handshake', () => {
  test.each([
    ['a wrong key', { authorization: 'Bearer vq_wrong_key' }],
    ['a key in another header', { authorization: '', 'x-api-key': 'vq_wrong_key' }],
  ])('with %s gets a 401, and so does a GET with the same headers', async (_name, headers) => {
    const reader = new SocketReader(sandbox, { headers })
    expect(await reader.status).toBe(401)
    const error = { error: { type: 'authentication_error' } }
    expect(JSON.parse(await reader.refusal)).toMatchObject(error)
    const url = `${sandbox.liveURL.replace('ws', 'http')}/ws/v1/quotes`
    const response = await fetch(url, { headers })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject(error)
  })

  test.each([
    ['at an unknown path', 'weather', {}, 404],
    ['of a page of another origin', 'quotes', { origin: 'https://evil.example' }, 403],
  ])('%s is refused', async (_name, channel, headers, status) => {
    expect(await new SocketReader(sandbox, { channel, headers }).status).toBe(status)
  })

  test('without its own headers gets a 400, and its record ends', async () => {
    const headers = { connection: 'upgrade', upgrade: 'websocket', 'content-length': undefined }
    const malformed = { method: 'GET', path: '/ws/v1/quotes', body: '', headers }
    expect(await rawRequest(sandbox, malformed)).toMatchObject({ status: 400, end: 'fin' })
    await sandbox.requests.at(-1)?.done
  })

  test('that works leaves nothing to explain: a later GET gets a 426', async () => {
    const reader = new SocketReader(sandbox)
    expect(await reader.status).toBe(101)
    const headers = { authorization: `Bearer ${sandbox.apiKey}` }
    const url = `${sandbox.liveURL.replace('ws', 'http')}/ws/v1/quotes`
    expect((await fetch(url, { headers })).status).toBe(426)
    reader.socket.close()
  })
})

test('an idle WebSocket sends pings, or messages if it is asked to', async () => {
  const options = { heartbeat: 10, live: { market: 'closed' } } as const
  await using pinging = await startSandbox(options)
  const quiet = new SocketReader(pinging)
  await expect.poll(() => quiet.pings, { timeout: 10_000 }).toBeGreaterThan(2)
  expect(quiet.texts).toEqual([])

  const live = { ...options.live, socketHeartbeat: 'message' } as const
  await using talking = await startSandbox({ ...options, live })
  const messages = await new SocketReader(talking).take(3)
  expect(messages[2]).toEqual({ type: 'heartbeat', simulated: true })
  expect(talking.requests[0]?.eventsSent).toBe(0)
})

test('close() ends all sockets and leaves no timer', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const one = await startSandbox({ live: { interval: 50 } })
  const open = ['quotes', 'alerts', 'news'].map((channel) => new SocketReader(one, { channel }))
  for (const reader of open) expect(await reader.status).toBe(101)
  const waiting = new SocketReader(one, { fault: { hang: true } })
  await expect.poll(() => one.requests.length, { timeout: 10_000 }).toBe(4)
  await one.close()
  for (const { closed } of open) expect((await closed).code).toBe(1006)
  expect(await waiting.status).toBe(0)
  expect(one.requests.map(({ closed }) => closed)).toEqual(Array(4).fill('sandbox'))
  await expect
    .poll(() => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, {
      timeout: 10_000,
    })
    .toBeLessThanOrEqual(before + 1)
})
