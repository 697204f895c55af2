import { type Sandbox, type SandboxRequest, startSandbox } from '@vectrade/sandbox'
import { AuthenticationError, type LiveFeed, VecTrade } from '@vectrade/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authorization, DevServer, origin } from './test-support/dev-server.ts'

let sandbox: Sandbox
let server: DevServer
let endpoint: string
let client: VecTrade
beforeAll(async () => {
  sandbox = await startSandbox({ live: { interval: 20 } })
  server = await DevServer.with(sandbox)
  endpoint = new URL('/api/live', await server.url()).href
  client = new VecTrade({ endpoint, headers: { authorization } })
})
afterAll(async () => {
  client.close()
  await server[Symbol.asyncDispose]()
  await sandbox.close()
})

/** The connections of the Worker to VecTrade that are open. */
function connections(): SandboxRequest[] {
  return sandbox.requests.filter(
    ({ path, closed }) => path === '/ws/v1/quotes' && closed === undefined,
  )
}

async function read(feed: LiveFeed, count: number): Promise<string[]> {
  const symbols: string[] = []
  for await (const event of feed) {
    if (event.type === 'quote.update') symbols.push(event.symbol)
    if (symbols.length === count) break
  }
  return symbols
}

test('all readers share one connection, which ends after the last of them', async () => {
  const held = client.live.subscribe({ symbols: ['VQTEST'] })
  await held.ready
  const others = Array.from({ length: 5 }, () => client.live.subscribe({ symbols: ['VQTEST'] }))
  const seen = await Promise.all(others.map((feed) => read(feed, 3)))
  expect(seen).toEqual(others.map(() => ['VQTEST', 'VQTEST', 'VQTEST']))
  expect(connections()).toHaveLength(1)
  // The request that opened the connection is not the one that reads now.
  const later = client.live.subscribe({ symbols: ['VQTEST'] })
  await later.ready
  await held.close()
  expect(await read(later, 3)).toHaveLength(3)
  await expect.poll(() => connections().length, { timeout: 60_000 }).toBe(0)
})

test('readers need the token', async () => {
  const feed = new VecTrade({ endpoint }).live.subscribe({ symbols: ['VQTEST'] })
  await expect(feed.ready).rejects.toBeInstanceOf(AuthenticationError)
})

test('an allowed page may read', async () => {
  const response = await fetch(`${endpoint}?symbols=VQTEST`, { headers: { origin, authorization } })
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe(origin)
  await response.body?.cancel()
})
