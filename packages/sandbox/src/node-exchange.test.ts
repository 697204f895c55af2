import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { steady } from '@vectrade/test-kit/steady'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSandboxHandler } from './handler.ts'
import { serveExchange } from './node-exchange.ts'
import type { SandboxRequest } from './request-log.ts'
import { type Sandbox, startSandbox } from './server.ts'
import { prompt, rawRequest } from './test-support/raw-request.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await startSandbox({ heartbeat: 0 })
})
afterEach(() => sandbox.close())

/** Sends a request. The test reads the answer, or does not. */
async function open(fault: string, to: Sandbox = sandbox): Promise<Socket> {
  const { hostname, port, host } = new URL(to.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const body = JSON.stringify({ prompt, stream: true })
  socket.write(
    `POST /v1/ai/analyze HTTP/1.1\r\nHost: ${host}\r\nX-API-Key: ${to.apiKey}\r\n` +
      `X-Sandbox-Fault: ${fault}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  while (to.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  return socket
}

/** Returns the last record when its exchange has ended. Rejects after a second. */
async function overWithinASecond(from: Sandbox = sandbox): Promise<SandboxRequest> {
  const record = lastRequest(from)
  await expectWithinASecond(() => record.closed !== undefined)
  await record.done
  return record
}

function resources(...names: string[]): number {
  return process.getActiveResourcesInfo().filter((name) => names.includes(name)).length
}

describe('a client that leaves', () => {
  test.each([
    'hang',
    'delay=60000',
    'stallAfterEvents=2',
    'stallAfterBytes=9',
    'stallAfterEvents=0; heartbeat=10',
    'linger',
    'events=100000000',
    'events=1000; tokensPerSecond=5',
    'timeToFirstToken=60000',
    'oversize=4000000000',
    'status=500; body=endless',
  ])('ends %s and its timers within a second', async (fault) => {
    const before = resources('Timeout')
    const socket = await open(fault)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    expect(await overWithinASecond()).toMatchObject({ closed: 'client' })
    await expectWithinASecond(() => resources('Timeout') <= before)
    const { bytesSent } = sandbox.requests[0]!
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sandbox.requests[0]?.bytesSent).toBe(bytesSent)
  })

  test('may close only its half of the connection', async () => {
    const socket = await open('stallAfterEvents=2')
    socket.end()
    expect(await overWithinASecond()).toMatchObject({ closed: 'client' })
  })

  test('ends an answer that it does not read, which is not made any further', async () => {
    const socket = await open('events=100000000; chunkBytes=65536')
    socket.pause()
    const [record] = sandbox.requests
    await expect.poll(() => record?.bytesSent).toBeGreaterThan(0)
    const bytes = await steady(() => record!.bytesSent)
    // Only the system's buffers for the connection are full.
    expect(bytes).toBeLessThan(64 * 2 ** 20)
    expect(record?.closed).toBeUndefined()
    socket.destroy()
    expect(await overWithinASecond()).toMatchObject({ closed: 'client' })
  })

  test('ends both of its pipelined requests', async () => {
    const exchanges: Promise<void>[] = []
    const handler = createSandboxHandler({ heartbeat: 0 })
    const closing = new AbortController().signal
    const server = createServer((incoming, outgoing) => {
      const { port } = server.address() as AddressInfo
      const surroundings = { handler, localPort: port, maxBodyBytes: 1000, closing }
      exchanges.push(serveExchange(incoming, outgoing, surroundings))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1')
    const body = JSON.stringify({ prompt, stream: true })
    const request =
      `POST /v1/ai/analyze HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-API-Key: ${handler.apiKey}\r\n` +
      `X-Sandbox-Fault: stallAfterEvents=9\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    socket.write(request + request)
    while (handler.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    await Promise.all(exchanges)
    expect(handler.requests.map(({ closed }) => closed)).toEqual(['client', 'client'])
    server.close()
  })
})

describe('close()', () => {
  test.each(['hang', 'stallAfterEvents=1', 'events=100000000', 'events=99; tokensPerSecond=1'])(
    'ends %s at once and leaves nothing running',
    async (fault) => {
      const own = await startSandbox()
      const socket = await open(fault, own)
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.resume()
      await own.close()
      expect(await overWithinASecond(own)).toMatchObject({ closed: 'sandbox' })
      await closed
      await expect(fetch(own.url)).rejects.toThrow('fetch failed')
      await own.close()
    },
  )

  test('leaves no timers and no servers', async () => {
    const before = resources('Timeout', 'TCPServerWrap')
    for (let round = 0; round < 20; round += 1) {
      const own = await startSandbox({ tokensPerSecond: 20, timeToFirstToken: 5 })
      const socket = await open('', own)
      await own.close()
      socket.destroy()
    }
    await expectWithinASecond(() => resources('Timeout', 'TCPServerWrap') <= before)
  })

  test('is called by await using', async () => {
    let url = ''
    {
      await using own = await startSandbox()
      url = own.url
      expect((await rawRequest(own)).status).toBe(200)
    }
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })
})

test('a finished exchange leaves no listener on the connection', async () => {
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  const { Agent, request } = await import('node:http')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let sent = 0; sent < 30; sent += 1) {
    await new Promise<void>((resolve, reject) => {
      const outgoing = request(`${sandbox.url}/ai/analyze`, {
        agent,
        method: 'POST',
        headers: { 'x-api-key': sandbox.apiKey },
      })
      outgoing.on('error', reject)
      outgoing.on('response', (response) => response.resume().on('end', resolve))
      outgoing.end(JSON.stringify({ prompt, stream: true }))
    })
  }
  agent.destroy()
  process.off('warning', note)
  expect(new Set(sandbox.requests.map(({ remotePort }) => remotePort)).size).toBe(1)
  expect(warnings).toEqual([])
})

test('a client that leaves is noticed even after a garbage collection', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const client = await open('hang')
  await new Promise((resolve) => setTimeout(resolve, 50))
  collect()
  client.destroy()
  expect((await overWithinASecond()).closed).toBe('client')
})
