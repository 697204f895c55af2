import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSandboxHandler } from '../handler.ts'
import { type Sandbox, startSandbox } from '../server.ts'
import { openStream, StreamReader } from '../test-support/live-connections.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ live: { interval: 5 } })
})
afterAll(() => sandbox.close())

describe('an event stream', () => {
  test('begins with the latest quote of each symbol, and goes on with changes', async () => {
    const stream = await openStream(sandbox, { query: 'symbols=NVDA,AMD&channels=quotes' })
    const { status, headers } = stream.response
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(headers.get('x-accel-buffering')).toBe('no')
    expect(headers.has('x-request-id')).toBe(true)
    const messages = await stream.take(6)
    expect(messages.map(({ wire }) => wire['symbol'])).toEqual([
      'NVDA',
      'AMD',
      // Changes are in the order of the alphabet.
      'AMD',
      'NVDA',
      'AMD',
      'NVDA',
    ])
    for (const { event, wire } of messages) {
      expect(event).toBeUndefined()
      expect(wire).toMatchObject({ type: 'quote.update', simulated: true })
    }
    const ids = messages.slice(1).map(({ id }) => id)
    expect(new Set(ids).size).toBe(5)
    await stream.close()
    const record = sandbox.requests.at(-1)
    await record?.done
    expect(record).toMatchObject({ method: 'GET', closed: 'client', status: 200 })
    expect(record?.eventsSent).toBeGreaterThanOrEqual(6)
  })

  test('has alerts and news', async () => {
    const stream = await openStream(sandbox, { query: 'symbols=VQTEST&channels=alerts,news' })
    const types = (await stream.take(6)).map(({ wire }) => wire['type'])
    expect(new Set(types)).toEqual(new Set(['alert.triggered', 'news.published']))
    await stream.close()
  })

  test('continues after its last event', async () => {
    const query = 'symbols=VQTEST,NVDA&channels=quotes,alerts,news'
    const stream = await openStream(sandbox, { query })
    const messages = await stream.take(40)
    await stream.close()
    const headers = { 'last-event-id': messages[20]?.id ?? '' }
    const again = await openStream(sandbox, { query, headers })
    expect(await again.take(19)).toEqual(messages.slice(21))
    await again.close()
  })

  test('begins with a gap if its last event is unknown', async () => {
    const stream = await openStream(sandbox, { headers: { 'last-event-id': 'elsewhere.5' } })
    const [gap, quote] = await stream.take(2)
    expect(gap?.wire).toEqual({ type: 'gap', reason: 'unknown', since: 'elsewhere.5' })
    expect(gap?.id).toBeUndefined()
    expect(quote?.wire['type']).toBe('quote.update')
    await stream.close()
  })

  test('begins with a gap if its last event has expired', async () => {
    await using forgetful = await startSandbox({ live: { interval: 5, replay: 0 } })
    const stream = await openStream(forgetful)
    const [first] = await stream.take(3)
    await stream.close()
    const again = await openStream(forgetful, { headers: { 'last-event-id': first?.id ?? '' } })
    expect((await again.next())?.wire).toMatchObject({ type: 'gap', reason: 'expired' })
    await again.close()
  })

  test('takes the key in either header', async () => {
    const headers = { 'x-api-key': sandbox.apiKey }
    const response = await fetch(`${sandbox.url}/live`, { headers })
    expect(response.status).toBe(200)
    await response.body?.cancel()
  })
})

describe('a request is refused', () => {
  test.each([
    ['with a 401 for a wrong key', '', { authorization: 'Bearer vq_wrong_key' }, 401],
    ['with a 422 for malformed symbols', 'symbols=N%20V', {}, 422],
    ['with a 422 for malformed channels', 'channels=weather', {}, 422],
    ['with a 403 for a page of another origin', '', { origin: 'https://evil.example' }, 403],
  ])('%s', async (_name, query, headers, status) => {
    const { response } = await openStream(sandbox, { query, headers })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } })
  })

  test('with a 405 for another method', async () => {
    const response = await fetch(`${sandbox.url}/live`, { method: 'POST' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET')
  })

  test('with a 404 under another base path', async () => {
    await using one = await startSandbox({ basePath: '/v1/vq' })
    const headers = { authorization: `Bearer ${one.apiKey}` }
    const { origin } = new URL(one.url)
    expect((await fetch(`${origin}/v1/live`, { headers })).status).toBe(404)
    const served = await fetch(`${one.url}/live`, { headers })
    expect(served.status).toBe(200)
    await served.body?.cancel()
  })
})

test('a closed market sends heartbeats, and the test symbol still changes', async () => {
  await using closed = await startSandbox({
    heartbeat: 10,
    live: { interval: 5, market: 'closed' },
  })
  const quiet = await openStream(closed, { query: 'symbols=NVDA' })
  await quiet.take(1)
  const next = quiet.next()
  await expect.poll(() => quiet.comments.length, { timeout: 10_000 }).toBeGreaterThan(2)
  const lively = await openStream(closed, { query: 'symbols=NVDA,VQTEST' })
  const messages = await lively.take(5)
  expect(messages.slice(2).map(({ wire }) => wire['symbol'])).toEqual([
    'VQTEST',
    'VQTEST',
    'VQTEST',
  ])
  await lively.close()
  const record = closed.requests.at(0)
  expect(record?.eventsSent).toBe(1)
  await closed.close()
  await expect(next).rejects.toThrow()
  expect(record?.closed).toBe('sandbox')
})

test('two sandboxes with the same seed have the same quotes', async () => {
  const quotes = async (seed: number): Promise<unknown[]> => {
    await using one = await startSandbox({ live: { interval: 5, seed } })
    const stream = await openStream(one)
    const messages = await stream.take(10)
    await stream.close()
    return messages.map(({ wire }) => [wire['price'], wire['volume'], wire['bid'], wire['ask']])
  }
  expect(await quotes(7)).toEqual(await quotes(7))
  expect(await quotes(7)).not.toEqual(await quotes(8))
})

test('a handler has event streams, which end when their reader leaves', async () => {
  const handler = createSandboxHandler({ live: { interval: 5 } })
  const authorization = `Bearer ${handler.apiKey}`
  const request = (path: string): Request =>
    new Request(`http://localhost${path}`, { headers: { authorization } })
  const stream = new StreamReader(await handler(request('/v1/live?symbols=NVDA')))
  expect((await stream.take(3)).every(({ wire }) => wire['symbol'] === 'NVDA')).toBe(true)
  await stream.close()
  await handler.requests[0]?.done
  expect(handler.requests[0]?.closed).toBe('client')

  const question = await handler(request('/ws/v1/quotes'))
  expect(question.status).toBe(426)
  expect(question.headers.get('upgrade')).toBe('websocket')
})

test('a page of an allowed origin may ask with a GET', async () => {
  await using open = await startSandbox({ allowedOrigins: ['http://localhost:5173'] })
  const preflight = await fetch(`${open.url}/live`, {
    method: 'OPTIONS',
    headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'GET' },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET')
})
